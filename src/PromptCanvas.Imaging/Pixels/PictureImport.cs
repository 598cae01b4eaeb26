using NetVips;

namespace PromptCanvas.Imaging.Pixels;

/// <summary>A picture somebody brought along, as a PNG that we wrote: nothing of the file itself is kept but its pixels.</summary>
public sealed record ImportedPicture(byte[] Png, int Width, int Height);

/// <summary>Turns foreign files into our own.</summary>
public static class PictureImport
{
    private const int Compression = 1;

    /// <summary>Decodes a JPEG, PNG or WebP, turns it upright and writes it anew in sRGB; transparency stays, for it may be a mask. Metadata goes.</summary>
    /// <exception cref="PictureFormatException">Not a JPEG, PNG or WebP, damaged, or too large.</exception>
    public static ImportedPicture ToPng(byte[] encoded) => ToPng(encoded, PictureDecoder.MaximumSide, Enums.Size.Down);

    /// <summary>The same, reduced or enlarged to a square.</summary>
    /// <param name="encoded">The file of a square picture.</param>
    /// <param name="side">In pixels.</param>
    /// <exception cref="PictureFormatException">Not a JPEG, PNG or WebP, damaged, or too large.</exception>
    public static ImportedPicture ToSquarePng(byte[] encoded, int side) => ToPng(encoded, side, Enums.Size.Force);

    private static ImportedPicture ToPng(byte[] encoded, int side, Enums.Size size) => PictureDecoder.Open(encoded, decoded =>
    {
        using var upright = decoded.ThumbnailImage(side, height: side, size: size, outputProfile: "srgb");
        using var bytes = upright.Colourspace(Enums.Interpretation.Srgb);
        var png = bytes.PngsaveBuffer(compression: Compression, filter: Enums.ForeignPngFilter.Sub, keep: Enums.ForeignKeep.None, bitdepth: 8);
        return new ImportedPicture(png, bytes.Width, bytes.Height);
    });
}
