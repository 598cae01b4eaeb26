using PromptCanvas.Data.Access;
using PromptCanvas.Generation.Storage;
using PromptCanvas.Imaging.Pixels;

namespace PromptCanvas.Generation.Library;

/// <inheritdoc/>
internal sealed class SquareUploads(Uploads uploads, StoredPictures pictures) : ISquareUploads
{
    private const string ImageField = "image";
    private const string MaskField = "mask";
    private const int Megabyte = 1024 * 1024;
    private const int LargestFile = 20 * Megabyte;

    public async Task<Result<Guid>> AddAsync(Actor actor, byte[] image, CancellationToken cancellationToken)
    {
        if (!(await InspectAsync(actor, ImageField, image, cancellationToken)).TryGet(out _, out var refusal))
        {
            return refusal;
        }

        return IdOf(await uploads.AddAsync(actor, () => PictureImport.ToPng(image), cancellationToken));
    }

    public async Task<Result<EditedUpload>> AddEditedAsync(Actor actor, byte[] image, byte[]? mask, int side, CancellationToken cancellationToken)
    {
        if (!(await InspectAsync(actor, ImageField, image, cancellationToken)).TryGet(out var shape, out var refusal))
        {
            return refusal;
        }

        if (mask is not null && (await CheckMaskAsync(actor, shape, mask, cancellationToken)).Refusal is { } unusable)
        {
            return unusable;
        }

        var isChanged = mask is null && !shape.HasTransparency;
        var imported = await uploads.AddAsync(
            actor, () => isChanged ? PictureImport.ToSquarePng(image, side) : PictureImport.ToSizedPng(image, side), cancellationToken);
        if (!IdOf(imported).TryGet(out var picture, out var unkept))
        {
            return unkept;
        }

        return mask is null ? new EditedUpload(picture, isChanged ? null : picture) : await AddMaskAsync(actor, picture, mask, side, cancellationToken);
    }

    private async Task<Result<EditedUpload>> AddMaskAsync(Actor actor, Guid picture, byte[] mask, int side, CancellationToken cancellationToken)
    {
        Guid? kept = null;
        try
        {
            var added = IdOf(await uploads.AddAsync(actor, () => PictureImport.ToSizedPng(mask, side), cancellationToken));
            kept = added.TryGet(out var id, out var unkeptMask) ? id : null;
            return kept is null ? unkeptMask! : new EditedUpload(picture, id);
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
        var unreadable = new InvalidInput(field, $"Uploaded {field} must be a PNG, JPEG, WebP or AVIF and less than {LargestFile / Megabyte} MB.");
        if (encoded.Length >= LargestFile)
        {
            return unreadable;
        }

        try
        {
            return await pictures.DecodeAsync(actor.PersonId, () => PictureShape.Read(encoded), cancellationToken);
        }
        catch (PictureFormatException fault)
        {
            // The decoder's own complaint is of no use; a refusal of ours says what to do.
            return fault.InnerException is null ? new InvalidInput(field, fault.Message) : unreadable;
        }
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
