using NetVips;
using PromptCanvas.Imaging.Pixels;

namespace PromptCanvas.Imaging.Editing;

/// <summary>Reads a keep mask from an encoded picture.</summary>
public static class MaskReader
{
    // Brushes have soft edges: a pixel is kept from half intensity on.
    private const int KeepFrom = 128;

    /// <summary>If the picture has transparency, transparent = regenerate; otherwise black = regenerate.</summary>
    /// <exception cref="PictureFormatException">Not a JPEG, PNG, WebP or AVIF, damaged, or too large.</exception>
    public static KeepMask Read(byte[] encoded) => PictureDecoder.Open(encoded, decoded =>
    {
        using var upright = decoded.Autorot();
        using var levels = Levels(upright);
        var values = levels.WriteToMemory<byte>();
        return new KeepMask(levels.Width, levels.Height, Array.ConvertAll(values, value => value >= KeepFrom));
    });

    /// <summary>One byte per pixel, 0–255; low = regenerate.</summary>
    private static Image Levels(Image upright)
    {
        using var eightBit = upright.Colourspace(Enums.Interpretation.Srgb);
        if (eightBit.HasAlpha())
        {
            using var alpha = eightBit[eightBit.Bands - 1];
            if (alpha.Min() < byte.MaxValue)
            {
                return alpha.Copy();
            }
        }

        using var grey = eightBit.Colourspace(Enums.Interpretation.Bw);
        return grey[0];
    }
}
