namespace PromptCanvas.Diffusion.Images;

/// <summary>A square or oblong RGB picture as the networks see it: planar (3, H, W), signed range [−1, 1].</summary>
public sealed class SignedImage
{
    /// <summary>The number of colour channels.</summary>
    public const int Channels = 3;

    private readonly byte[]? rgb;
    private float[]? values;

    /// <summary>Wraps planar values without copying them.</summary>
    /// <param name="width">W in pixels.</param>
    /// <param name="height">H in pixels.</param>
    /// <param name="values">3·H·W values: the red plane, the green plane, the blue plane, each row by row.</param>
    /// <exception cref="ArgumentException">The number of values is not 3·H·W.</exception>
    public SignedImage(int width, int height, float[] values)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        if (values.Length != Channels * width * height)
        {
            throw new ArgumentException($"A {width} × {height} picture holds {Channels * width * height} values, not {values.Length}.", nameof(values));
        }

        Width = width;
        Height = height;
        this.values = values;
    }

    private SignedImage(int width, int height, byte[] rgb) => (Width, Height, this.rgb) = (width, height, rgb);

    /// <summary>W in pixels.</summary>
    public int Width { get; }

    /// <summary>H in pixels.</summary>
    public int Height { get; }

    /// <summary>The planar values; not necessarily inside [−1, 1] before <see cref="ToRgbBytes"/> clamps them.</summary>
    public float[] Values => values ??= Signed(Width * Height, rgb);

    /// <summary>Converts to a source picture of 8-bit RGB.</summary>
    public SourcePicture ToSource() => new(Width, Height, ToRgbBytes());

    /// <summary>Interleaved 8-bit RGB, row by row: clamp to [−1, 1], map to 0–255, round half to even.</summary>
    /// <returns>3·H·W bytes, not to be written to: they may be the picture's own.</returns>
    public byte[] ToRgbBytes()
    {
        if (rgb is not null)
        {
            return rgb;
        }

        var plane = Width * Height;
        var bytes = new byte[Channels * plane];
        for (var channel = 0; channel < Channels; channel++)
        {
            var source = Values.AsSpan(channel * plane, plane);
            for (var pixel = 0; pixel < plane; pixel++)
            {
                bytes[(pixel * Channels) + channel] = ToByte(source[pixel]);
            }
        }

        return bytes;
    }

    /// <summary>The picture of interleaved 8-bit RGB, row by row.</summary>
    /// <param name="width">W in pixels.</param>
    /// <param name="height">H in pixels.</param>
    /// <param name="rgb">3·H·W bytes.</param>
    /// <exception cref="ArgumentException">The number of bytes is not 3·H·W.</exception>
    public static SignedImage FromRgbBytes(int width, int height, ReadOnlySpan<byte> rgb)
    {
        var plane = width * height;
        if (rgb.Length != Channels * plane)
        {
            throw new ArgumentException($"A {width} × {height} picture holds {Channels * plane} bytes, not {rgb.Length}.", nameof(rgb));
        }

        return new SignedImage(width, height, Signed(plane, rgb));
    }

    /// <summary>A picture of interleaved 8-bit RGB, a quarter of the size in memory: its values are computed on demand.</summary>
    /// <param name="width">W in pixels.</param>
    /// <param name="height">H in pixels.</param>
    /// <param name="rgb">3·H·W bytes; the caller must not modify them afterwards.</param>
    /// <exception cref="ArgumentException">The number of bytes is not 3·H·W.</exception>
    public static SignedImage WrapRgbBytes(int width, int height, byte[] rgb)
    {
        ArgumentNullException.ThrowIfNull(rgb);
        return rgb.Length == Channels * width * height
            ? new SignedImage(width, height, rgb)
            : throw new ArgumentException($"A {width} × {height} picture holds {Channels * width * height} bytes, not {rgb.Length}.", nameof(rgb));
    }

    private static float[] Signed(int plane, ReadOnlySpan<byte> rgb)
    {
        var values = new float[rgb.Length];
        for (var pixel = 0; pixel < plane; pixel++)
        {
            for (var channel = 0; channel < Channels; channel++)
            {
                values[(channel * plane) + pixel] = (rgb[(pixel * Channels) + channel] / 127.5f) - 1;
            }
        }

        return values;
    }

    private static byte ToByte(float signed)
    {
        var unit = Math.Clamp((signed / 2) + 0.5f, 0, 1);
        return (byte)MathF.Round(unit * 255, MidpointRounding.ToEven);
    }
}
