using NetVips;

namespace PromptCanvas.Imaging.Pixels;

/// <summary>An imported picture, re-encoded as PNG. Only the pixels of the original file are kept.</summary>
public sealed record ImportedPicture(byte[] Png, int Width, int Height)
{
    /// <summary>Whether the file is an animation, of which this is the first frame.</summary>
    public bool IsFirstFrame { get; init; }
}

/// <summary>Re-encodes foreign picture files as PNG.</summary>
public static class PictureImport
{
    private const int Compression = 1;

    /// <summary>Decodes a JPEG, PNG, WebP or AVIF, rotates it upright and re-encodes it in sRGB. Keeps transparency, which may be a mask, and removes metadata.</summary>
    /// <exception cref="PictureFormatException">Not a JPEG, PNG, WebP or AVIF, damaged, or too large.</exception>
    public static ImportedPicture ToPng(byte[] encoded) => ToPng(encoded, PictureLimits.MaximumSide, Enums.Size.Down);

    /// <summary>Like <c>ToPng</c>, but enlarges or reduces to a longer side.</summary>
    /// <param name="encoded">The file.</param>
    /// <param name="side">The longer side of the result in pixels.</param>
    /// <exception cref="PictureFormatException">Not a JPEG, PNG, WebP or AVIF, damaged, or too large.</exception>
    public static ImportedPicture ToSizedPng(byte[] encoded, int side) => ToPng(encoded, side, Enums.Size.Both);

    /// <summary>Like <c>ToPng</c>, but stretches to a square.</summary>
    /// <param name="encoded">The file.</param>
    /// <param name="side">Side of the result in pixels.</param>
    /// <exception cref="PictureFormatException">Not a JPEG, PNG, WebP or AVIF, damaged, or too large.</exception>
    public static ImportedPicture ToSquarePng(byte[] encoded, int side) => ToPng(encoded, side, Enums.Size.Force);

    private static ImportedPicture ToPng(byte[] encoded, int side, Enums.Size size) => PictureDecoder.Open(encoded, decoded =>
    {
        using var upright = decoded.ThumbnailImage(side, height: side, size: size, outputProfile: "srgb");
        using var bytes = upright.Colourspace(Enums.Interpretation.Srgb);
        var png = bytes.PngsaveBuffer(compression: Compression, filter: Enums.ForeignPngFilter.Sub, keep: Enums.ForeignKeep.None, bitdepth: 8);
        return new ImportedPicture(png, bytes.Width, bytes.Height) { IsFirstFrame = ForeignFormats.IsAnimation(encoded) };
    });
}
