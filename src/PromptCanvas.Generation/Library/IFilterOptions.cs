using PromptCanvas.Data.Access;

namespace PromptCanvas.Generation.Library;

/// <summary>The values offered by the gallery's filters.</summary>
public interface IFilterOptions
{
    /// <summary>Makers of pictures and boards that the actor may see, sorted by name, the actor's own boards first.</summary>
    Task<GalleryChoices> ReadAsync(Actor actor, CancellationToken cancellationToken);
}

/// <summary>Makers with at least one picture that the actor may see, and the boards that the actor may see.</summary>
public sealed record GalleryChoices(IReadOnlyList<NamedChoice> Makers, IReadOnlyList<NamedChoice> Boards);

/// <summary>A choice with a name.</summary>
/// <param name="Owner">The owner's name if it belongs to another person; otherwise null.</param>
public sealed record NamedChoice(Guid Id, string Name, string? Owner = null);
