using PromptCanvas.Data.Access;
using PromptCanvas.Generation.Queue;

namespace PromptCanvas.Generation.Library;

/// <summary>The finished pictures: looking through them, marking, deleting, bringing back.</summary>
public interface ILibrary
{
    /// <summary>Pictures that the actor may see, newest first; by meaning, the closest first and one page of them.</summary>
    /// <param name="after">A page's <see cref="PicturePage.Next"/>; null for the first page.</param>
    /// <param name="take">1 … 200.</param>
    Task<PicturePage> ReadAsync(Actor actor, LibraryFilter filter, string? after, int take, CancellationToken cancellationToken);

    Task<bool> IsFavouriteAsync(Actor actor, Guid imageId, CancellationToken cancellationToken);

    /// <summary>Marks a picture, or takes the mark away.</summary>
    /// <returns>Whether the actor may see that picture.</returns>
    Task<bool> MarkAsync(Actor actor, Guid imageId, bool isFavourite, CancellationToken cancellationToken);

    /// <summary>Puts pictures of the actor's own into the trash, where they stay for 30 days.</summary>
    /// <returns>How many.</returns>
    Task<int> DeleteAsync(Actor actor, IReadOnlyCollection<Guid> imageIds, CancellationToken cancellationToken);

    /// <summary>Brings pictures back out of the actor's trash.</summary>
    /// <returns>How many.</returns>
    Task<int> RestoreAsync(Actor actor, IReadOnlyCollection<Guid> imageIds, CancellationToken cancellationToken);
}
