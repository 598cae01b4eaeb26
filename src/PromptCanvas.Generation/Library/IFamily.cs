using PromptCanvas.Data.Access;
using PromptCanvas.Generation.Queue;

namespace PromptCanvas.Generation.Library;

/// <summary>What pictures were made from, and what was made from them.</summary>
public interface IFamily
{
    /// <summary>A picture among its family. Null also when the actor may not know of the picture.</summary>
    Task<Family?> FindAsync(Actor actor, Guid imageId, CancellationToken cancellationToken);
}

/// <summary>A picture among its family.</summary>
/// <param name="Picture">The picture.</param>
/// <param name="Person">Who made it; null where nobody did or is known.</param>
/// <param name="Parents">What it was made from, in the order in which its job names them; each with its own parents.</param>
/// <param name="Siblings">What came of the same press of the button, as far as the actor may see it, in order, the picture itself included.</param>
/// <param name="Children">What was made from it, oldest first.</param>
public sealed record Family(
    PictureView Picture, string? Person, IReadOnlyList<FamilyNode> Parents, IReadOnlyList<FamilyNode> Siblings, IReadOnlyList<FamilyNode> Children)
{
    /// <summary>How many pictures that the actor may see other people made from it.</summary>
    public int Remixes { get; init; }

    /// <summary>How many people made them.</summary>
    public int RemixPeople { get; init; }
}

/// <summary>What stands in a family tree.</summary>
public enum FamilyNodeKind
{
    /// <summary>A picture that the actor may see.</summary>
    Picture,

    /// <summary>A picture that the actor brought along.</summary>
    Upload,

    /// <summary>Something is there that the actor may not see.</summary>
    Private,

    /// <summary>Something was there, and is deleted.</summary>
    Gone,
}

/// <summary>A place in a family tree. Of what the actor may not see nothing is said.</summary>
/// <param name="Id">The picture's or the upload's; null for the others.</param>
public sealed record FamilyNode(FamilyNodeKind Kind, Guid? Id)
{
    /// <summary>The picture; null unless the actor may see it.</summary>
    public PictureView? Picture { get; init; }

    /// <summary>Who made it; null where that is not known or not to be said.</summary>
    public string? Person { get; init; }

    /// <summary>What it was made from.</summary>
    public IReadOnlyList<FamilyNode> Parents { get; init; } = [];

    /// <summary>How many pictures that the actor may see were made from it.</summary>
    public int ChildCount { get; init; }
}
