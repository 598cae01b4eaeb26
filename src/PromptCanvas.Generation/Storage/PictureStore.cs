using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using PromptCanvas.Data;
using PromptCanvas.Data.Access;
using PromptCanvas.Data.Pictures;
using PromptCanvas.Imaging;
using PromptCanvas.Imaging.Pixels;
using PromptCanvas.Imaging.Png;
using PromptCanvas.Imaging.WebP;
using PromptCanvas.Provenance;
using PromptCanvas.Provenance.Manifests;

namespace PromptCanvas.Generation.Storage;

/// <inheritdoc/>
internal sealed class PictureStore(
    IDbContextFactory<AppDbContext> databases, IBlobStore blobs, PictureForms forms, PictureSigning signing, ILogger<PictureStore> logger) : IPictureStore
{
    private const string PlainForm = "plain.png";

    public async Task<StoredContent?> OpenContentAsync(Guid imageId, CancellationToken cancellationToken)
    {
        // The file may have been written before provenance was switched off, or before pictures were signed.
        var hash = await HashAsync(imageId, cancellationToken);
        if (!signing.Embeds)
        {
            return await OpenFormAsync(imageId, hash, PlainForm, PngEncoder.ContentType, png => PngText.Strip(png), cancellationToken);
        }

        var stored = await OpenAsync(imageId, BlobKind.Picture, hash, PngEncoder.ContentType, cancellationToken);
        if (stored is null || !await signing.IsOnAsync(cancellationToken) || await IsSignedAsync(stored.Stream, cancellationToken))
        {
            return stored;
        }

        await stored.Stream.DisposeAsync();
        return await OpenSignedAsync(imageId, hash, "signed.png", PngEncoder.ContentType, new Making(png => png), cancellationToken);
    }

    public async Task<StoredContent?> OpenPlainAsync(Guid imageId, CancellationToken cancellationToken)
    {
        var hash = await HashAsync(imageId, cancellationToken);
        return await signing.IsOnAsync(cancellationToken)
            ? await OpenSignedAsync(imageId, hash, "private.png", PngEncoder.ContentType, new Making(png => PngText.Strip(png)) { IsTold = false }, cancellationToken)
            : await OpenFormAsync(imageId, hash, PlainForm, PngEncoder.ContentType, png => PngText.Strip(png), cancellationToken);
    }

    public async Task<StoredContent?> OpenAsync(Guid imageId, PictureFormat format, int quality, PictureFit? fit, CancellationToken cancellationToken)
    {
        if (format == PictureFormat.Png && fit is null)
        {
            return await OpenContentAsync(imageId, cancellationToken);
        }

        var (hash, plain) = (await HashAsync(imageId, cancellationToken), !signing.Embeds);
        var form = string.Create(CultureInfo.InvariantCulture, $"{(fit is { } size ? $"{size.Width}x{size.Height}-" : "")}{quality}.{format.ToString().ToLowerInvariant()}");
        var contentType = PictureConverter.ContentTypeOf(format);
        if (!await signing.IsOnAsync(cancellationToken))
        {
            return await OpenFormAsync(
                imageId, hash, $"{(plain ? "plain-" : "")}{form}", contentType, png => PictureConverter.Convert(plain ? PngText.Strip(png) : png, format, quality, fit), cancellationToken);
        }

        var changes = (format == PictureFormat.Png ? FileChange.None : FileChange.Converted) | (fit is null ? FileChange.None : FileChange.Resized);
        return await OpenSignedAsync(
            imageId, hash, $"signed-{form}", contentType, new Making(png => PictureConverter.Convert(png, format, quality, fit)) { Changes = changes }, cancellationToken);
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

    private Task<StoredContent?> OpenFormAsync(
        Guid imageId, string? hash, string form, string contentType, Func<byte[], byte[]> make, CancellationToken cancellationToken) =>
        OpenFormAsync(imageId, hash, form, contentType, (png, token) => Task.Run(() => make(png), token), cancellationToken);

    private async Task<StoredContent?> OpenSignedAsync(
        Guid imageId, string? hash, string form, string contentType, Making making, CancellationToken cancellationToken)
    {
        // Pictures with equal files have stories of their own.
        var name = $"{imageId:N}-{form}";
        var content = await OpenFormAsync(imageId, hash, name, contentType, async (png, token) =>
        {
            var made = await Task.Run(() => making.Make(png), token);
            return await signing.SignFormAsync(imageId, made, making.IsTold, making.Changes, token);
        }, cancellationToken);

        // A form that is made again is signed again, and then has other bytes.
        return content is null ? null : content with { ETag = $"\"{hash}-{name}-{StampOf(content.Stream)}\"" };
    }

    private static string StampOf(Stream form) => form is FileStream file
        ? File.GetLastWriteTimeUtc(file.SafeFileHandle).Ticks.ToString("x", CultureInfo.InvariantCulture)
        : $"{Guid.NewGuid():N}";

    private static async Task<bool> IsSignedAsync(Stream png, CancellationToken cancellationToken)
    {
        var start = new byte[PictureSigner.StartLength];
        var read = await png.ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false, cancellationToken);
        png.Position = 0;
        return PictureSigner.IsSignedPng(start.AsSpan(0, read));
    }

    private async Task<StoredContent?> OpenFormAsync(
        Guid imageId, string? hash, string form, string contentType, Func<byte[], CancellationToken, Task<byte[]>> make, CancellationToken cancellationToken)
    {
        await using var stored = (await OpenAsync(imageId, BlobKind.Picture, hash, PngEncoder.ContentType, cancellationToken))?.Stream;
        if (stored is null)
        {
            return null;
        }

        var stream = await forms.OpenAsync(hash!, form, token => ReadAsync(stored, make, token), cancellationToken);
        return new StoredContent(stream, contentType, stream.Length, $"\"{hash}-{form}\"");
    }

    private static async Task<byte[]> ReadAsync(Stream stored, Func<byte[], CancellationToken, Task<byte[]>> make, CancellationToken cancellationToken)
    {
        var png = new byte[stored.Length];
        await stored.ReadExactlyAsync(png, cancellationToken);
        return await make(png, cancellationToken);
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

    /// <summary>How a signed form is made of the stored PNG.</summary>
    private sealed record Making(Func<byte[], byte[]> Make)
    {
        /// <summary>Whether the manifest tells prompt and recipe.</summary>
        public bool IsTold { get; init; } = true;

        public FileChange Changes { get; init; }
    }
}
