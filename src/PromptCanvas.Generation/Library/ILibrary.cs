using PromptCanvas.Data.People;
using PromptCanvas.Generation.Jobs;

namespace PromptCanvas.Generation.Library;

/// <summary>The finished pictures: looking through them, marking, deleting, bringing back.</summary>
public interface ILibrary
{
    /// <summary>Pictures that the viewer may see, newest first; by meaning, the closest first and one page of them.</summary>
    /// <param name="after">A page's <see cref="GalleryPage.Next"/>; null for the first page.</param>
    /// <param name="take">1 … 200.</param>
    Task<GalleryPage> ReadAsync(Viewer viewer, LibraryFilter filter, string? after, int take, CancellationToken cancellationToken);

    Task<bool> IsFavouriteAsync(Viewer viewer, Guid imageId, CancellationToken cancellationToken);

    /// <summary>Marks a picture, or takes the mark away.</summary>
    /// <returns>Whether the viewer may see that picture.</returns>
    Task<bool> MarkAsync(Viewer viewer, Guid imageId, bool isFavourite, CancellationToken cancellationToken);

    /// <summary>Puts pictures of the viewer's own into the trash, where they stay for 30 days.</summary>
    /// <returns>How many.</returns>
    Task<int> DeleteAsync(Viewer viewer, IReadOnlyCollection<Guid> imageIds, CancellationToken cancellationToken);

    /// <summary>Brings pictures back out of the viewer's trash.</summary>
    /// <returns>How many.</returns>
    Task<int> RestoreAsync(Viewer viewer, IReadOnlyCollection<Guid> imageIds, CancellationToken cancellationToken);
}
