using NetVips;

namespace PromptCanvas.Imaging.Pixels;

/// <summary>Properties of a picture file that API error messages refer to.</summary>
/// <param name="ColourMode">L, LA, RGB or RGBA.</param>
/// <param name="HasTransparency">Whether any pixel is not fully opaque.</param>
public sealed record PictureShape(int Width, int Height, string ColourMode, bool HasTransparency)
{
    // EXIF orientations from here on lie on their side.
    private const int FirstTurned = 5;

    private static readonly string[] Modes = ["L", "LA", "RGB", "RGBA"];

    /// <summary>The size of the upright picture, without decoding it.</summary>
    /// <returns>Null if the file is not readable.</returns>
    public static (int Width, int Height)? SizeOf(byte[] encoded)
    {
        ArgumentNullException.ThrowIfNull(encoded);
        try
        {
            using var header = Vips.Open(encoded, Enums.FailOn.None);
            return Upright(header);
        }
        catch (Exception fault) when (fault is VipsException or PictureFormatException)
        {
            return null;
        }
    }

    /// <exception cref="PictureFormatException">Not a JPEG, PNG, WebP or AVIF, damaged, or too large.</exception>
    public static PictureShape Read(byte[] encoded) => PictureDecoder.Open(encoded, decoded =>
    {
        var transparent = false;
        if (decoded.HasAlpha())
        {
            using var alpha = decoded[decoded.Bands - 1];
            transparent = alpha.Min() < alpha.Max() || alpha.Min() == 0;
        }

        var (width, height) = Upright(decoded);
        return new PictureShape(width, height, Modes[Math.Clamp(decoded.Bands, 1, Modes.Length) - 1], transparent);
    });

    private static (int Width, int Height) Upright(Image picture) =>
        picture.Contains("orientation") && picture.Get("orientation") is int and >= FirstTurned ? (picture.Height, picture.Width) : (picture.Width, picture.Height);
}
