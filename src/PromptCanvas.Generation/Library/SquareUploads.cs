using PromptCanvas.Data.Access;
using PromptCanvas.Generation.Results;
using PromptCanvas.Generation.Storage;
using PromptCanvas.Imaging.Pixels;

namespace PromptCanvas.Generation.Library;

/// <inheritdoc/>
internal sealed class SquareUploads(Uploads uploads, StoredPictures pictures) : ISquareUploads
{
    private const string ImageField = "image";
    private const string MaskField = "mask";
    private const int LargestFile = 4 * 1024 * 1024;

    public async Task<Result<Guid>> AddAsync(Actor actor, byte[] image, CancellationToken cancellationToken)
    {
        if (!(await InspectAsync(actor, ImageField, image, cancellationToken)).TryGet(out _, out var refusal))
        {
            return refusal;
        }

        return IdOf(await uploads.AddAsync(actor, () => PictureImport.ToPng(image), cancellationToken));
    }

    public async Task<Result<MaskedUpload>> AddMaskedAsync(Actor actor, byte[] image, byte[]? mask, int side, CancellationToken cancellationToken)
    {
        if (!(await InspectAsync(actor, ImageField, image, cancellationToken)).TryGet(out var shape, out var refusal))
        {
            return refusal;
        }

        if ((mask is null ? CheckTransparency(shape) : await CheckMaskAsync(actor, shape, mask, cancellationToken)).Refusal is { } unusable)
        {
            return unusable;
        }

        if (!IdOf(await uploads.AddAsync(actor, () => PictureImport.ToSquarePng(image, side), cancellationToken)).TryGet(out var picture, out var unkept))
        {
            return unkept;
        }

        if (mask is null)
        {
            return new MaskedUpload(picture, picture);
        }

        Guid? kept = null;
        try
        {
            var added = IdOf(await uploads.AddAsync(actor, () => PictureImport.ToSquarePng(mask, side), cancellationToken));
            kept = added.TryGet(out var id, out var unkeptMask) ? id : null;
            return kept is null ? unkeptMask! : new MaskedUpload(picture, id);
        }
        finally
        {
            if (kept is null)
            {
                await DropUnusedAsync(actor, [picture], CancellationToken.None);
            }
        }
    }

    public Task DropUnusedAsync(Actor actor, IReadOnlyCollection<Guid> uploadIds, CancellationToken cancellationToken) =>
        uploads.DropUnusedAsync(actor, uploadIds, cancellationToken);

    private static Result<Guid> IdOf(Result<UploadView> upload) => upload.TryGet(out var view, out var refusal) ? view.Id : refusal;

    private async Task<Result<PictureShape>> InspectAsync(Actor actor, string field, byte[] encoded, CancellationToken cancellationToken)
    {
        var notAPng = new InvalidInput(field, $"Uploaded {field} must be a PNG and less than 4 MB.");
        if (encoded.Length >= LargestFile || !PictureShape.IsPng(encoded))
        {
            return notAPng;
        }

        try
        {
            var shape = await pictures.DecodeAsync(actor.PersonId, () => PictureShape.Read(encoded), cancellationToken);
            return shape.Width == shape.Height
                ? shape
                : new InvalidInput(field, $"Uploaded {field} must be square, and this one has {shape.Width} × {shape.Height} pixels (width × height).");
        }
        catch (PictureFormatException)
        {
            return notAPng;
        }
    }

    private static Result CheckTransparency(PictureShape shape)
    {
        if (shape.HasTransparency)
        {
            return Result.Done;
        }

        return shape.ColourMode is "RGB"
            ? new InvalidInput(ImageField, $"Invalid input image - format must be in ['RGBA', 'LA', 'L'], got {shape.ColourMode}. Send a mask, or an image in which the area to edit is transparent.")
            : new InvalidInput(ImageField, "If mask is not provided, image must have transparency, which will be used as the mask.");
    }

    private async Task<Result> CheckMaskAsync(Actor actor, PictureShape image, byte[] mask, CancellationToken cancellationToken)
    {
        if (!(await InspectAsync(actor, MaskField, mask, cancellationToken)).TryGet(out var shape, out var refusal))
        {
            return refusal;
        }

        return (shape.Width, shape.Height) == (image.Width, image.Height)
            ? Result.Done
            : new InvalidInput(MaskField, $"Uploaded mask must have the same dimensions as the image: it has {shape.Width} × {shape.Height} pixels and the image {image.Width} × {image.Height}.");
    }
}
