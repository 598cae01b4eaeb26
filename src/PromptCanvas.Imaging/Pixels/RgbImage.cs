namespace PromptCanvas.Imaging.Pixels;

/// <summary>Interleaved 8-bit RGB, row by row.</summary>
public sealed class RgbImage
{
    public const int Channels = 3;

    /// <exception cref="ArgumentException">The number of bytes is not 3·width·height.</exception>
    public RgbImage(int width, int height, ReadOnlyMemory<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        if (bytes.Length != Channels * width * height)
        {
            throw new ArgumentException($"A {width} × {height} picture holds {Channels * width * height} bytes, not {bytes.Length}.", nameof(bytes));
        }

        Width = width;
        Height = height;
        Bytes = bytes;
    }

    public int Width { get; }

    public int Height { get; }

    public ReadOnlyMemory<byte> Bytes { get; }
}
