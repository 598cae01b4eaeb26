namespace PromptCanvas.Diffusion.Images;

/// <summary>A decoded input picture: interleaved 8-bit RGB of any size, upright.</summary>
public sealed class SourcePicture
{
    /// <summary>Wraps decoded bytes without copying them.</summary>
    /// <param name="width">W in pixels.</param>
    /// <param name="height">H in pixels.</param>
    /// <param name="rgb">3·H·W interleaved bytes, row by row.</param>
    /// <exception cref="ArgumentException">The number of bytes is not 3·H·W.</exception>
    public SourcePicture(int width, int height, ReadOnlyMemory<byte> rgb)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        if (rgb.Length != SignedImage.Channels * width * height)
        {
            throw new ArgumentException(
                $"A {width} × {height} picture holds {SignedImage.Channels * width * height} bytes, not {rgb.Length}.", nameof(rgb));
        }

        Width = width;
        Height = height;
        Rgb = rgb;
    }

    /// <summary>W in pixels.</summary>
    public int Width { get; }

    /// <summary>H in pixels.</summary>
    public int Height { get; }

    /// <summary>3·H·W interleaved bytes, row by row.</summary>
    public ReadOnlyMemory<byte> Rgb { get; }

    /// <summary>The centre square reduced or enlarged to a side, as the decoder would draw it.</summary>
    /// <param name="side">Side in pixels.</param>
    /// <returns>(3, side, side) planar, signed range.</returns>
    public float[] ToSquare(int side)
    {
        const float Half = 0.5f;
        var settings = new ClipImageSettings { Size = side, Mean = [Half, Half, Half], StandardDeviation = [Half, Half, Half] };
        return new ClipImagePreprocessor(settings).Process(Width, Height, Rgb.Span);
    }
}
