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
    public static RgbImage Decode(byte[] encoded)
    {
        ArgumentNullException.ThrowIfNull(encoded);
        Vips.Prepare();
        try
        {
            // Sequential access reads the header only, so a bomb is refused before it unfolds.
            using var source = Image.NewFromBuffer(encoded, access: Enums.Access.Sequential, failOn: Enums.FailOn.Error);
            CheckSize(source.Width, source.Height);
            using var upright = source.ThumbnailImage(MaximumSide, height: MaximumSide, size: Enums.Size.Down, outputProfile: "srgb");
            using var opaque = upright.HasAlpha() ? upright.Flatten(background: [255, 255, 255]) : upright.Copy();
            using var bytes = opaque.Colourspace(Enums.Interpretation.Srgb);
            return Vips.ToRgb(bytes);
        }
        catch (VipsException fault)
        {
            throw new PictureFormatException("The file is not a readable JPEG, PNG or WebP picture.", fault);
        }
    }

    internal static void CheckSize(int width, int height)
    {
        if (width > MaximumSide || height > MaximumSide || (long)width * height > MaximumPixels)
        {
            throw new PictureFormatException($"The picture has {width} × {height} pixels; at most {MaximumSide} a side and 40 megapixels are read.");
        }
    }
}
