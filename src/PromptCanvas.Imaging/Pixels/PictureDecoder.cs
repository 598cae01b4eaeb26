using NetVips;

namespace PromptCanvas.Imaging.Pixels;

/// <summary>Decodes JPEG, PNG or WebP to RGB bytes. Refuses all other formats.</summary>
public static class PictureDecoder
{
    /// <summary>Maximum of 40 megapixels, checked against the header before decoding.</summary>
    public const long MaximumPixels = 40_000_000;

    public const int MaximumSide = 8192;

    /// <summary>Time limit for one picture; libvips stops at the next rows it produces.</summary>
    public static TimeSpan Deadline { get; } = TimeSpan.FromSeconds(10);

    /// <summary>Decodes to sRGB, rotated upright by the EXIF orientation; transparency is composited onto white.</summary>
    /// <exception cref="PictureFormatException">Not a JPEG, PNG or WebP, damaged, or too large.</exception>
    public static RgbImage Decode(byte[] encoded) => Open(encoded, decoded =>
    {
        using var upright = decoded.ThumbnailImage(MaximumSide, height: MaximumSide, size: Enums.Size.Down, outputProfile: "srgb");

        // Convert to 8 bits first: the white background would be nearly black on the 16-bit scale.
        using var bytes = upright.Colourspace(Enums.Interpretation.Srgb);
        using var opaque = bytes.HasAlpha() ? bytes.Flatten(background: [255, 255, 255]) : bytes.Copy();
        return Vips.ToRgb(opaque);
    });

    /// <summary>Decodes all pixels as stored and passes the picture on.</summary>
    /// <exception cref="PictureFormatException">Not a JPEG, PNG or WebP, damaged, or too large.</exception>
    internal static T Open<T>(byte[] encoded, Func<Image, T> read) => Open(encoded, read, Deadline);

    /// <summary>Like the other overload, with a custom deadline.</summary>
    /// <exception cref="PictureFormatException">Not a JPEG, PNG or WebP, damaged, too large, or not read in time.</exception>
    internal static T Open<T>(byte[] encoded, Func<Image, T> read, TimeSpan deadline)
    {
        ArgumentNullException.ThrowIfNull(encoded);
        Vips.Prepare();
        using var timer = new CancellationTokenSource(deadline);
        try
        {
            // Sequential access reads only the header, so a decompression bomb is refused before it is decoded.
            using var source = Image.NewFromBuffer(encoded, access: Enums.Access.Sequential, failOn: Enums.FailOn.Error);
            CheckSize(source.Width, source.Height);

            // Decode completely before further processing: a lazy pipeline would continue with grey rows where a file is truncated.
            using var decoded = Within(source, source.CopyMemory, timer.Token);
            return Within(decoded, () => read(decoded), timer.Token);
        }
        catch (VipsException fault) when (timer.IsCancellationRequested)
        {
            throw new PictureFormatException($"The picture could not be read within {Deadline.TotalSeconds:0} seconds; save it again without interlacing and retry.", fault);
        }
        catch (VipsException fault)
        {
            throw new PictureFormatException("The file is not a readable JPEG, PNG or WebP picture.", fault);
        }
    }

    /// <summary>Whether a picture of this size is accepted.</summary>
    public static bool Accepts(int width, int height) =>
        width <= MaximumSide && height <= MaximumSide && (long)width * height <= MaximumPixels;

    // A killed image produces no more rows, and operations on it stop (vips_image_set_kill).
    private static T Within<T>(Image image, Func<T> work, CancellationToken token)
    {
        // An exception in the callback would end the process, because a timer runs it; it is thrown here instead.
        Exception? fault = null;
        T result;
        using (token.Register(() => fault = Record(() => image.SetKill(true))))
        {
            result = work();
        }

        return fault is null ? result : throw new InvalidOperationException("Decoding could not be stopped at its time limit.", fault);
    }

    private static Exception? Record(Action work)
    {
        try
        {
            work();
            return null;
        }
#pragma warning disable CA1031 // Nothing is swallowed: the caller throws it on its own thread.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            return fault;
        }
    }

    private static void CheckSize(int width, int height)
    {
        if (!Accepts(width, height))
        {
            throw new PictureFormatException($"The picture has {width} × {height} pixels; at most {MaximumSide} per side and 40 megapixels are accepted.");
        }
    }
}
