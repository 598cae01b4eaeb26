using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PromptCanvas.Data;
using PromptCanvas.Data.Access;
using PromptCanvas.Data.Pictures;
using PromptCanvas.Generation.Configuration;
using PromptCanvas.Imaging;
using PromptCanvas.Imaging.Pixels;
using PromptCanvas.Imaging.Png;
using PromptCanvas.Imaging.WebP;

namespace PromptCanvas.Generation.Storage;

/// <inheritdoc/>
internal sealed class PictureStore(
    IDbContextFactory<AppDbContext> databases, IBlobStore blobs, PictureForms forms, IOptionsMonitor<ProvenanceOptions> provenance, ILogger<PictureStore> logger) : IPictureStore
{
    public async Task<StoredContent?> OpenContentAsync(Guid imageId, CancellationToken cancellationToken)
    {
        // The file may have been written before provenance was switched off.
        var hash = await HashAsync(imageId, cancellationToken);
        return provenance.CurrentValue.Embed ? await OpenAsync(imageId, BlobKind.Picture, hash, PngEncoder.ContentType, cancellationToken) : await PlainAsync(imageId, hash, cancellationToken);
    }

    public async Task<StoredContent?> OpenPlainAsync(Guid imageId, CancellationToken cancellationToken) =>
        await PlainAsync(imageId, await HashAsync(imageId, cancellationToken), cancellationToken);

    public async Task<StoredContent?> OpenAsync(Guid imageId, PictureFormat format, int quality, PictureFit? fit, CancellationToken cancellationToken)
    {
        if (format == PictureFormat.Png && fit is null)
        {
            return await OpenContentAsync(imageId, cancellationToken);
        }

        var (hash, plain) = (await HashAsync(imageId, cancellationToken), !provenance.CurrentValue.Embed);
        var form = string.Create(CultureInfo.InvariantCulture, $"{(plain ? "plain-" : "")}{(fit is { } size ? $"{size.Width}x{size.Height}-" : "")}{quality}.{format.ToString().ToLowerInvariant()}");
        return await OpenFormAsync(imageId, hash, form, PictureConverter.ContentTypeOf(format), png => PictureConverter.Convert(plain ? PngText.Strip(png) : png, format, quality, fit), cancellationToken);
    }

    public Task<StoredContent?> OpenThumbnailAsync(Guid imageId, CancellationToken cancellationToken) =>
        OpenThumbnailAsync(pictures => pictures, imageId, cancellationToken);

    public Task<StoredContent?> OpenThumbnailAsync(Actor actor, Guid imageId, CancellationToken cancellationToken) =>
        OpenThumbnailAsync(pictures => pictures.VisibleTo(actor).Union(pictures.InTrashOf(actor)).Union(pictures.DraftsOf(actor)), imageId, cancellationToken);

    private async Task<StoredContent?> OpenThumbnailAsync(
        Func<IQueryable<Picture>, IQueryable<Picture>> visible, Guid imageId, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var hash = await visible(database.Pictures).Where(picture => picture.Id == imageId).Select(picture => picture.ThumbnailHash).SingleOrDefaultAsync(cancellationToken);
        return await OpenAsync(imageId, BlobKind.Thumbnail, hash, EncodedPicture.WebPType, cancellationToken);
    }

    private async Task<string?> HashAsync(Guid imageId, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await database.Pictures.Where(picture => picture.Id == imageId).Select(picture => picture.ContentHash).SingleOrDefaultAsync(cancellationToken);
    }

    private Task<StoredContent?> PlainAsync(Guid imageId, string? hash, CancellationToken cancellationToken) =>
        OpenFormAsync(imageId, hash, "plain.png", PngEncoder.ContentType, png => PngText.Strip(png), cancellationToken);

    private async Task<StoredContent?> OpenFormAsync(
        Guid imageId, string? hash, string form, string contentType, Func<byte[], byte[]> make, CancellationToken cancellationToken)
    {
        await using var stored = (await OpenAsync(imageId, BlobKind.Picture, hash, PngEncoder.ContentType, cancellationToken))?.Stream;
        if (stored is null)
        {
            return null;
        }

        var stream = await forms.OpenAsync(hash!, form, token => ReadAsync(stored, make, token), cancellationToken);
        return new StoredContent(stream, contentType, stream.Length, $"\"{hash}-{form}\"");
    }

    private static async Task<byte[]> ReadAsync(Stream stored, Func<byte[], byte[]> make, CancellationToken cancellationToken)
    {
        var png = new byte[stored.Length];
        await stored.ReadExactlyAsync(png, cancellationToken);
        return await Task.Run(() => make(png), cancellationToken);
    }

    private async Task<StoredContent?> OpenAsync(Guid imageId, BlobKind kind, string? hash, string contentType, CancellationToken cancellationToken)
    {
        if (hash is null)
        {
            return null;
        }

        if (await blobs.OpenAsync(kind, hash, cancellationToken) is { } file)
        {
            return new StoredContent(file, contentType, file.Length, $"\"{hash}\"");
        }

        logger.LogError("The {Kind} of image {ImageId} is missing from the store: {Hash}", kind, imageId, hash);
        return null;
    }
}
