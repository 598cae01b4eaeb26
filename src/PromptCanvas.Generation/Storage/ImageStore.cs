using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using PromptCanvas.Data;
using PromptCanvas.Imaging.Png;
using PromptCanvas.Imaging.WebP;

namespace PromptCanvas.Generation.Storage;

/// <inheritdoc/>
internal sealed class ImageStore(IDbContextFactory<AppDbContext> databases, IBlobStore blobs, ILogger<ImageStore> logger) : IImageStore
{
    public async Task<StoredContent?> OpenContentAsync(Guid imageId, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var hash = await database.Images.Where(image => image.Id == imageId).Select(image => image.ContentHash).SingleOrDefaultAsync(cancellationToken);
        return Open(imageId, BlobKind.Picture, hash, PngEncoder.ContentType);
    }

    public async Task<StoredContent?> OpenThumbnailAsync(Guid imageId, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var hash = await database.Images.Where(image => image.Id == imageId).Select(image => image.ThumbnailHash).SingleOrDefaultAsync(cancellationToken);
        return Open(imageId, BlobKind.Thumbnail, hash, EncodedPicture.WebPType);
    }

    private StoredContent? Open(Guid imageId, BlobKind kind, string? hash, string contentType)
    {
        if (hash is null)
        {
            return null;
        }

        if (blobs.Open(kind, hash) is { } file)
        {
            return new StoredContent(file, contentType, file.Length, $"\"{hash}\"");
        }

        logger.LogError("The {Kind} of image {ImageId} is missing from the store: {Hash}", kind, imageId, hash);
        return null;
    }
}
