using NetVips;

namespace PromptCanvas.Imaging.Pixels;

/// <summary>Encoded JPEG, PNG or WebP → RGB bytes. Every other format is refused.</summary>
public static class PictureDecoder
{
    /// <summary>40 megapixels: what a header may announce before anything is decoded.</summary>
    public const long MaximumPixels = 40_000_000;

    public const int MaximumSide = 8192;

    /// <summary>Decodes, turned upright by its EXIF orientation, in sRGB; transparency is laid on white.</summary>
    /// <exception cref="PictureFormatException">Not a JPEG, PNG or WebP, damaged, or too large.</exception>
    public static RgbImage Decode(byte[] encoded) => Open(encoded, decoded =>
    {
        using var upright = decoded.ThumbnailImage(MaximumSide, height: MaximumSide, size: Enums.Size.Down, outputProfile: "srgb");

        // Eight bits first: the white behind transparency would be nearly black on the scale of sixteen.
        using var bytes = upright.Colourspace(Enums.Interpretation.Srgb);
        using var opaque = bytes.HasAlpha() ? bytes.Flatten(background: [255, 255, 255]) : bytes.Copy();
        return Vips.ToRgb(opaque);
    });

    /// <summary>Decodes every pixel as it is stored and hands the picture over.</summary>
    /// <exception cref="PictureFormatException">Not a JPEG, PNG or WebP, damaged, or too large.</exception>
    internal static T Open<T>(byte[] encoded, Func<Image, T> read)
    {
        ArgumentNullException.ThrowIfNull(encoded);
        Vips.Prepare();
        try
        {
            // Sequential access reads the header only, so a bomb is refused before it unfolds.
            using var source = Image.NewFromBuffer(encoded, access: Enums.Access.Sequential, failOn: Enums.FailOn.Error);
            CheckSize(source.Width, source.Height);

            // Decoded as a whole before anything is made of it: a pipeline goes on with grey rows where a file breaks off.
            using var decoded = source.CopyMemory();
            return read(decoded);
        }
        catch (VipsException fault)
        {
            throw new PictureFormatException("The file is not a readable JPEG, PNG or WebP picture.", fault);
        }
    }

    /// <summary>Whether a picture of this size is read.</summary>
    public static bool Accepts(int width, int height) =>
        width <= MaximumSide && height <= MaximumSide && (long)width * height <= MaximumPixels;

    private static void CheckSize(int width, int height)
    {
        if (!Accepts(width, height))
        {
            throw new PictureFormatException($"The picture has {width} × {height} pixels; at most {MaximumSide} a side and 40 megapixels are read.");
        }
    }
}
