namespace PromptCanvas.Imaging.Pixels;

/// <summary>Interleaved 8-bit RGB with opacity, row by row; the colours are not multiplied with the opacity.</summary>
public sealed class RgbaImage
{
    public const int Channels = 4;

    /// <exception cref="ArgumentException">The number of bytes is not 4·width·height.</exception>
    public RgbaImage(int width, int height, ReadOnlyMemory<byte> bytes)
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
