using PromptCanvas.Data.Access;

namespace PromptCanvas.Generation.Library;

/// <summary>Finished pictures: browse, mark, delete and restore.</summary>
public interface ILibrary
{
    /// <summary>Pictures that the actor may see, newest first. A search by similarity returns one page, closest first.</summary>
    /// <param name="after">The previous page's <see cref="PicturePage.Next"/>; null for the first page.</param>
    /// <param name="take">Page size, 1 … 200.</param>
    Task<PicturePage> ReadAsync(Actor actor, LibraryFilter filter, string? after, int take, CancellationToken cancellationToken);

    Task<bool> IsFavouriteAsync(Actor actor, Guid imageId, CancellationToken cancellationToken);

    /// <summary>Sets or clears the favourite mark of a picture.</summary>
    /// <returns>Whether the actor may see the picture.</returns>
    Task<bool> MarkAsync(Actor actor, Guid imageId, bool isFavourite, CancellationToken cancellationToken);

    /// <summary>Moves the actor's own pictures to the trash, where they stay for <c>Generation:TrashDays</c>.</summary>
    /// <returns>Number of pictures moved.</returns>
    Task<int> DeleteAsync(Actor actor, IReadOnlyCollection<Guid> imageIds, CancellationToken cancellationToken);

    /// <summary>Restores pictures from the actor's trash.</summary>
    /// <returns>Number of pictures restored.</returns>
    Task<int> RestoreAsync(Actor actor, IReadOnlyCollection<Guid> imageIds, CancellationToken cancellationToken);
}
