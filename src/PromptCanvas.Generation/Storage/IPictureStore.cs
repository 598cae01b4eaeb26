using PromptCanvas.Data.Access;
using PromptCanvas.Imaging.Pixels;

namespace PromptCanvas.Generation.Storage;

/// <summary>The bytes of a finished picture or of its thumbnail.</summary>
/// <param name="ETag">Quoted entity tag derived from the content hash.</param>
public sealed record StoredContent(Stream Stream, string ContentType, long Length, string ETag);

/// <summary>Finished pictures and their thumbnails, stored on disk by content hash.</summary>
public interface IPictureStore
{
    /// <summary>Opens a finished picture; null if no picture has this id.</summary>
    Task<StoredContent?> OpenContentAsync(Guid imageId, CancellationToken cancellationToken);

    /// <summary>Opens a finished picture without its metadata; null if no picture has this id.</summary>
    Task<StoredContent?> OpenPlainAsync(Guid imageId, CancellationToken cancellationToken);

    /// <summary>Opens a finished picture in another format, and another size if one is given; null if no picture has this id.</summary>
    /// <param name="quality">1 … 100, for lossy formats.</param>
    Task<StoredContent?> OpenAsync(Guid imageId, PictureFormat format, int quality, PictureFit? fit, CancellationToken cancellationToken);

    /// <summary>Opens a picture's thumbnail (WebP, at most 512 pixels on the longer side); null if no picture has this id.</summary>
    Task<StoredContent?> OpenThumbnailAsync(Guid imageId, CancellationToken cancellationToken);

    /// <summary>Opens the thumbnail of a picture that the actor may see or has put into the trash.</summary>
    /// <returns>Null also when the actor must not learn that the picture exists.</returns>
    Task<StoredContent?> OpenThumbnailAsync(Actor actor, Guid imageId, CancellationToken cancellationToken);
}
