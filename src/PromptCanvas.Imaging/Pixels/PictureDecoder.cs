using NetVips;

namespace PromptCanvas.Imaging.Pixels;

/// <summary>Decodes JPEG, PNG, WebP or AVIF to RGB bytes. Refuses all other formats.</summary>
public static class PictureDecoder
{
    /// <summary>Limit of the processor time that one picture's decoding takes; waiting for a busy processor does not count. Checked after each strip of rows.</summary>
    public static TimeSpan Deadline { get; } = TimeSpan.FromSeconds(10);

    /// <summary>Decodes to sRGB, rotated upright by the EXIF orientation; transparency is composited onto white.</summary>
    /// <exception cref="PictureFormatException">Not a JPEG, PNG, WebP or AVIF, damaged, or too large.</exception>
    public static RgbImage Decode(byte[] encoded) => Open(encoded, decoded =>
    {
        using var bytes = ToBytes(decoded);
        return OnWhite(bytes);
    });

    /// <summary>Decodes like <see cref="Decode"/>, but with the transparency; null if every pixel is opaque.</summary>
    /// <exception cref="PictureFormatException">Not a JPEG, PNG, WebP or AVIF, damaged, or too large.</exception>
    public static RgbaImage? DecodeTransparent(byte[] encoded) => Open(encoded, decoded =>
    {
        using var bytes = ToBytes(decoded);
        return WithTransparency(bytes);
    });

    /// <summary>Decodes once for both forms: the pixels on white, and the pixels with their transparency, null if every pixel is opaque.</summary>
    /// <exception cref="PictureFormatException">Not a JPEG, PNG, WebP or AVIF, damaged, or too large.</exception>
    public static (RgbImage Opaque, RgbaImage? Transparent) DecodeForms(byte[] encoded) => Open(encoded, decoded =>
    {
        using var bytes = ToBytes(decoded);
        return (OnWhite(bytes), WithTransparency(bytes));
    });

    // Convert to 8 bits first: a white background would be nearly black on the 16-bit scale.
    private static Image ToBytes(Image decoded)
    {
        using var upright = decoded.ThumbnailImage(PictureLimits.MaximumSide, height: PictureLimits.MaximumSide, size: Enums.Size.Down, outputProfile: "srgb");
        return upright.Colourspace(Enums.Interpretation.Srgb);
    }

    private static RgbImage OnWhite(Image bytes)
    {
        using var opaque = bytes.HasAlpha() ? bytes.Flatten(background: [255, 255, 255]) : bytes.Copy();
        return Vips.ToRgb(opaque);
    }

    private static RgbaImage? WithTransparency(Image bytes)
    {
        if (!bytes.HasAlpha())
        {
            return null;
        }

        using var alpha = bytes[bytes.Bands - 1];
        return alpha.Min() < byte.MaxValue ? new RgbaImage(bytes.Width, bytes.Height, bytes.WriteToMemory<byte>()) : null;
    }

    /// <summary>Decodes all pixels as stored and passes the picture on.</summary>
    /// <exception cref="PictureFormatException">Not a JPEG, PNG, WebP or AVIF, damaged, or too large.</exception>
    internal static T Open<T>(byte[] encoded, Func<Image, T> read) => Open(encoded, read, Deadline);

    /// <summary>Like the other overload, with a custom deadline.</summary>
    /// <exception cref="PictureFormatException">Not a JPEG, PNG, WebP or AVIF, damaged, too large, or not read in time.</exception>
    internal static T Open<T>(byte[] encoded, Func<Image, T> read, TimeSpan deadline)
    {
        ArgumentNullException.ThrowIfNull(encoded);
        try
        {
            // Only the header is read, so a decompression bomb is refused before it is decoded.
            using var source = Vips.Open(encoded, Enums.FailOn.Error);
            PictureLimits.Check(source.Width, source.Height);

            // Decode completely before further processing: a lazy pipeline would continue with grey rows where a file is truncated.
            // The work after it is limited by the number of pixels.
            using var rows = Rows.Read(source, taken => CheckTime(taken, deadline));
            return read(rows.Image);
        }
        catch (VipsException fault)
        {
            throw new PictureFormatException("The file is not a readable JPEG, PNG, WebP or AVIF picture.", fault);
        }
    }

    private static void CheckTime(TimeSpan taken, TimeSpan deadline)
    {
        if (taken > deadline)
        {
            throw new PictureFormatException($"The picture could not be read within {Deadline.TotalSeconds:0} seconds of processor time; save it again without interlacing and retry.");
        }
    }
}
