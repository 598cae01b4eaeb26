namespace PromptCanvas.Generation.Storage;

/// <summary>A finished picture's bytes, or its thumbnail's.</summary>
/// <param name="ETag">Quoted entity tag made of the content hash.</param>
public sealed record StoredContent(Stream Stream, string ContentType, long Length, string ETag);

/// <summary>Pictures on disk by content hash, thumbnails beside them.</summary>
public interface IImageStore
{
    /// <summary>Opens a finished picture; null when there is none with this id.</summary>
    Task<StoredContent?> OpenContentAsync(Guid imageId, CancellationToken cancellationToken);

    /// <summary>Opens a finished picture's thumbnail (WebP, at most 512 pixels a side); null when there is none with this id.</summary>
    Task<StoredContent?> OpenThumbnailAsync(Guid imageId, CancellationToken cancellationToken);
}
