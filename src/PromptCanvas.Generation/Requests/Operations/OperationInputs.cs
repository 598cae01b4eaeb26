using PromptCanvas.Diffusion.Images;
using PromptCanvas.Generation.Storage;
using PromptCanvas.Imaging.Pixels;

namespace PromptCanvas.Generation.Requests.Operations;

/// <summary>The pictures of one operation, by slot.</summary>
/// <param name="pictures">Decodes the pictures.</param>
/// <param name="hashes">Their content hashes, in the order of <see cref="JobOperation.Pictures"/>.</param>
internal sealed class OperationInputs(StoredPictures pictures, IReadOnlyList<string> hashes)
{
    /// <exception cref="PictureFormatException">The picture is missing from the store or damaged.</exception>
    public Task<RgbImage> ReadAsync(int slot, CancellationToken cancellationToken) => pictures.ReadAsync(hashes[slot], cancellationToken);

    /// <exception cref="PictureFormatException">The picture is missing from the store or damaged.</exception>
    public Task<Imaging.Editing.KeepMask> ReadMaskAsync(int slot, CancellationToken cancellationToken) => pictures.ReadMaskAsync(hashes[slot], cancellationToken);

    /// <summary>The picture with its transparency; null if it is opaque.</summary>
    /// <exception cref="PictureFormatException">The picture is missing from the store or damaged.</exception>
    public Task<RgbaImage?> ReadTransparentAsync(int slot, CancellationToken cancellationToken) => pictures.ReadTransparentAsync(hashes[slot], cancellationToken);

    /// <exception cref="PictureFormatException">The picture is missing from the store or damaged.</exception>
    public async Task<SourcePicture> ReadSourceAsync(int slot, CancellationToken cancellationToken)
    {
        var picture = await ReadAsync(slot, cancellationToken);
        return new SourcePicture(picture.Width, picture.Height, picture.Bytes);
    }
}
