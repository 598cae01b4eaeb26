using PromptCanvas.Data.Access;

namespace PromptCanvas.Generation.Library;

/// <summary>What a person can narrow the gallery down to.</summary>
public interface IFilterOptions
{
    /// <summary>The makers of the pictures and the boards that the actor may see; by name, one's own boards first.</summary>
    Task<GalleryChoices> ReadAsync(Actor actor, CancellationToken cancellationToken);
}

/// <summary>Who made what one may see, and the boards there are for one. Somebody whose pictures are all private is not among them.</summary>
public sealed record GalleryChoices(IReadOnlyList<NamedChoice> Makers, IReadOnlyList<NamedChoice> Boards);

/// <summary>Something one can choose by its name.</summary>
/// <param name="Owner">Whose it is, where that is somebody else; null = one's own, or nobody's.</param>
public sealed record NamedChoice(Guid Id, string Name, string? Owner = null);
