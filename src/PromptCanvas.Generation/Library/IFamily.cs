using PromptCanvas.Data.Access;

namespace PromptCanvas.Generation.Library;

/// <summary>Ancestors and descendants of pictures.</summary>
public interface IFamily
{
    /// <summary>A picture's family. Null if the picture does not exist or the actor may not see it.</summary>
    Task<Family?> FindAsync(Actor actor, Guid imageId, CancellationToken cancellationToken);
}

/// <summary>A picture with its parents, siblings and children.</summary>
/// <param name="Picture">The picture.</param>
/// <param name="Person">The maker's name; null if unknown.</param>
/// <param name="Parents">The pictures it was made from, in the order of its job's inputs, each with its own parents.</param>
/// <param name="Siblings">Pictures of the same job that the actor may see, in order, including the picture itself.</param>
/// <param name="Children">Pictures made from it, oldest first.</param>
public sealed record Family(
    PictureView Picture, string? Person, IReadOnlyList<FamilyNode> Parents, IReadOnlyList<FamilyNode> Siblings, IReadOnlyList<FamilyNode> Children)
{
    /// <summary>Number of pictures made from it by other people, among those the actor may see.</summary>
    public int Remixes { get; init; }

    /// <summary>Number of people who made them.</summary>
    public int RemixPeople { get; init; }
}

/// <summary>Kind of a node in a family tree.</summary>
public enum FamilyNodeKind
{
    /// <summary>A picture that the actor may see.</summary>
    Picture,

    /// <summary>A picture that the actor uploaded.</summary>
    Upload,

    /// <summary>A picture or upload that the actor may not see.</summary>
    Private,

    /// <summary>A picture or upload that was deleted.</summary>
    Gone,
}

/// <summary>A node in a family tree. It reveals nothing about pictures the actor may not see.</summary>
/// <param name="Id">The id of the picture or upload; null for other kinds.</param>
public sealed record FamilyNode(FamilyNodeKind Kind, Guid? Id)
{
    /// <summary>Null unless the actor may see the picture.</summary>
    public PictureView? Picture { get; init; }

    /// <summary>The maker's name; null if unknown or hidden.</summary>
    public string? Person { get; init; }

    /// <summary>The pictures it was made from.</summary>
    public IReadOnlyList<FamilyNode> Parents { get; init; } = [];

    /// <summary>Number of pictures made from it, among those the actor may see.</summary>
    public int ChildCount { get; init; }
}
