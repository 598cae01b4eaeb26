using NetVips;

namespace PromptCanvas.Imaging.Pixels;

/// <summary>Encoded JPEG, PNG or WebP → RGB bytes. Every other format is refused.</summary>
public static class PictureDecoder
{
    /// <summary>40 megapixels: what a header may announce before anything is decoded.</summary>
    public const long MaximumPixels = 40_000_000;

    public const int MaximumSide = 8192;

    /// <summary>How long one picture may take; libvips is stopped at the next rows it makes.</summary>
    public static TimeSpan Deadline { get; } = TimeSpan.FromSeconds(10);

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
    internal static T Open<T>(byte[] encoded, Func<Image, T> read) => Open(encoded, read, Deadline);

    /// <summary>The same with another deadline.</summary>
    /// <exception cref="PictureFormatException">Not a JPEG, PNG or WebP, damaged, too large, or not read in time.</exception>
    internal static T Open<T>(byte[] encoded, Func<Image, T> read, TimeSpan deadline)
    {
        ArgumentNullException.ThrowIfNull(encoded);
        Vips.Prepare();
        using var timer = new CancellationTokenSource(deadline);
        try
        {
            // Sequential access reads the header only, so a bomb is refused before it unfolds.
            using var source = Image.NewFromBuffer(encoded, access: Enums.Access.Sequential, failOn: Enums.FailOn.Error);
            CheckSize(source.Width, source.Height);

            // Decoded as a whole before anything is made of it: a pipeline goes on with grey rows where a file breaks off.
            using var decoded = Within(source, source.CopyMemory, timer.Token);
            return Within(decoded, () => read(decoded), timer.Token);
        }
        catch (VipsException fault) when (timer.IsCancellationRequested)
        {
            throw new PictureFormatException($"The picture could not be read within {Deadline.TotalSeconds:0} seconds; save it anew, without interlacing, and try again.", fault);
        }
        catch (VipsException fault)
        {
            throw new PictureFormatException("The file is not a readable JPEG, PNG or WebP picture.", fault);
        }
    }

    /// <summary>Whether a picture of this size is read.</summary>
    public static bool Accepts(int width, int height) =>
        width <= MaximumSide && height <= MaximumSide && (long)width * height <= MaximumPixels;

    // An image that is killed gives no more rows, and whatever is made of it stops (vips_image_set_kill).
    private static T Within<T>(Image image, Func<T> work, CancellationToken token)
    {
        using var end = token.Register(() => image.SetKill(true));
        return work();
    }

    private static void CheckSize(int width, int height)
    {
        if (!Accepts(width, height))
        {
            throw new PictureFormatException($"The picture has {width} × {height} pixels; at most {MaximumSide} a side and 40 megapixels are read.");
        }
    }
}
