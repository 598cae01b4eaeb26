namespace PromptCanvas.Imaging.Pixels;

/// <summary>Properties of a picture file that API error messages refer to.</summary>
/// <param name="ColourMode">L, LA, RGB or RGBA.</param>
/// <param name="HasTransparency">Whether any pixel is not fully opaque.</param>
public sealed record PictureShape(int Width, int Height, string ColourMode, bool HasTransparency)
{
    private static readonly string[] Modes = ["L", "LA", "RGB", "RGBA"];

    private static ReadOnlySpan<byte> PngSignature => [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>Whether the bytes start with the PNG signature, regardless of the file name.</summary>
    public static bool IsPng(ReadOnlySpan<byte> encoded) => encoded.StartsWith(PngSignature);

    /// <exception cref="PictureFormatException">Not a JPEG, PNG or WebP, damaged, or too large.</exception>
    public static PictureShape Read(byte[] encoded) => PictureDecoder.Open(encoded, decoded =>
    {
        var transparent = false;
        if (decoded.HasAlpha())
        {
            using var alpha = decoded[decoded.Bands - 1];
            transparent = alpha.Min() < alpha.Max() || alpha.Min() == 0;
        }

        return new PictureShape(decoded.Width, decoded.Height, Modes[Math.Clamp(decoded.Bands, 1, Modes.Length) - 1], transparent);
    });
}
