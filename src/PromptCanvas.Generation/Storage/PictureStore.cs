using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PromptCanvas.Data;
using PromptCanvas.Data.Access;
using PromptCanvas.Data.Pictures;
using PromptCanvas.Generation.Configuration;
using PromptCanvas.Imaging.Png;
using PromptCanvas.Imaging.WebP;

namespace PromptCanvas.Generation.Storage;

/// <inheritdoc/>
internal sealed class PictureStore(IDbContextFactory<AppDbContext> databases, IBlobStore blobs, IOptions<ProvenanceOptions> provenance, ILogger<PictureStore> logger) : IPictureStore
{
    public async Task<StoredContent?> OpenContentAsync(Guid imageId, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var hash = await database.Pictures.Where(image => image.Id == imageId).Select(image => image.ContentHash).SingleOrDefaultAsync(cancellationToken);
        var content = Open(imageId, BlobKind.Picture, hash, PngEncoder.ContentType);
        return content is null || provenance.Value.Embed ? content : await StripAsync(content, cancellationToken);
    }

    public Task<StoredContent?> OpenThumbnailAsync(Guid imageId, CancellationToken cancellationToken) =>
        OpenThumbnailAsync(images => images, imageId, cancellationToken);

    public Task<StoredContent?> OpenThumbnailAsync(Actor actor, Guid imageId, CancellationToken cancellationToken) =>
        OpenThumbnailAsync(images => images.VisibleTo(actor).Union(images.InTrashOf(actor)), imageId, cancellationToken);

    private async Task<StoredContent?> OpenThumbnailAsync(
        Func<IQueryable<Picture>, IQueryable<Picture>> visible, Guid imageId, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var hash = await visible(database.Pictures).Where(image => image.Id == imageId).Select(image => image.ThumbnailHash).SingleOrDefaultAsync(cancellationToken);
        return Open(imageId, BlobKind.Thumbnail, hash, EncodedPicture.WebPType);
    }

    // The file may have been written before provenance was switched off.
    private static async Task<StoredContent> StripAsync(StoredContent content, CancellationToken cancellationToken)
    {
        await using var stream = content.Stream;
        var png = new byte[content.Length];
        await stream.ReadExactlyAsync(png, cancellationToken);
        var stripped = PngText.Strip(png);
        return content with { Stream = new MemoryStream(stripped), Length = stripped.Length, ETag = $"{content.ETag[..^1]}-stripped\"" };
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
