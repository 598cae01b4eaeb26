namespace PromptCanvas.Diffusion.Images;

/// <summary>The preprocessing of a CLIP image encoder's training: its <c>preprocessor_config.json</c>.</summary>
public sealed record ClipImageSettings
{
    /// <summary>The side of the encoder's square input, in pixels.</summary>
    public int Size { get; init; } = 224;

    /// <summary>Mean subtracted from each unit-range colour channel; 3 values.</summary>
    public IReadOnlyList<float> Mean { get; init; } = [0.48145466f, 0.4578275f, 0.40821073f];

    /// <summary>Standard deviation by which each channel is then divided; 3 values, none 0.</summary>
    public IReadOnlyList<float> StandardDeviation { get; init; } = [0.26862954f, 0.26130258f, 0.27577711f];
}

/// <summary>Prepares a picture for a CLIP image encoder: shortest side to size, centre square, normalised. Immutable and thread-safe.</summary>
/// <remarks>
/// Follows Pillow to the bit: bicubic (a = −0.5, antialiased), first along rows, then along columns, with 22-bit fixed-point weights and
/// rounding to bytes after each pass. A resize in floats alone differs by up to two levels.
/// </remarks>
public sealed class ClipImagePreprocessor
{
    private const int Channels = SignedImage.Channels;

    /// <summary>How many times as long as wide a picture may be before its ends are cut off unseen.</summary>
    private const int MaximumAspect = 32;

    private readonly int size;
    private readonly float[] mean;
    private readonly float[] standardDeviation;

    /// <summary>Creates a preprocessor.</summary>
    /// <param name="settings">Size and statistics.</param>
    /// <exception cref="ArgumentException">The size is not positive, or there are not 3 means and 3 non-zero deviations.</exception>
    public ClipImagePreprocessor(ClipImageSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(settings.Size);
        mean = [.. settings.Mean];
        standardDeviation = [.. settings.StandardDeviation];
        if (mean.Length != Channels || standardDeviation.Length != Channels || standardDeviation.AsSpan().Contains(0))
        {
            throw new ArgumentException("A CLIP preprocessor needs 3 means and 3 standard deviations other than 0.", nameof(settings));
        }

        size = settings.Size;
    }

    /// <summary>Prepares one picture.</summary>
    /// <param name="width">W in pixels.</param>
    /// <param name="height">H in pixels.</param>
    /// <param name="rgb">3·H·W interleaved bytes, row by row.</param>
    /// <returns>(3, size, size) planar values, (unit − mean) / standard deviation.</returns>
    /// <exception cref="ArgumentException">The number of bytes is not 3·H·W.</exception>
    public float[] Process(int width, int height, ReadOnlySpan<byte> rgb)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        if (rgb.Length != Channels * width * height)
        {
            throw new ArgumentException($"A {width} × {height} picture holds {Channels * width * height} bytes, not {rgb.Length}.", nameof(rgb));
        }

        var shortest = Math.Min(width, height);
        if (Math.Max(width, height) > (long)MaximumAspect * shortest)
        {
            return ProcessMiddle(width, height, rgb, shortest * MaximumAspect);
        }

        var resizedWidth = (int)((long)size * width / shortest);
        var resizedHeight = (int)((long)size * height / shortest);
        var resized = ByteBicubic.Resize(rgb, width, height, resizedWidth, resizedHeight);
        return CropAndNormalize(resized, resizedWidth, resizedHeight);
    }

    /// <summary>Crops a long strip to its middle first: only a square of it is used, and enlarging all of it would fill the memory.</summary>
    private float[] ProcessMiddle(int width, int height, ReadOnlySpan<byte> rgb, int length)
    {
        var (cutWidth, cutHeight) = (Math.Min(width, length), Math.Min(height, length));
        var (left, top) = ((width - cutWidth) / 2, (height - cutHeight) / 2);
        var middle = new byte[Channels * cutWidth * cutHeight];
        for (var y = 0; y < cutHeight; y++)
        {
            rgb.Slice((((top + y) * width) + left) * Channels, cutWidth * Channels).CopyTo(middle.AsSpan(y * cutWidth * Channels));
        }

        return Process(cutWidth, cutHeight, middle);
    }

    private float[] CropAndNormalize(ReadOnlySpan<byte> rgb, int width, int height)
    {
        var (left, top) = ((width - size) / 2, (height - size) / 2);
        var values = new float[Channels * size * size];
        for (var y = 0; y < size; y++)
        {
            var row = rgb.Slice((((top + y) * width) + left) * Channels, size * Channels);
            for (var x = 0; x < size; x++)
            {
                for (var channel = 0; channel < Channels; channel++)
                {
                    var unit = row[(x * Channels) + channel] / 255f;
                    values[(((channel * size) + y) * size) + x] = (unit - mean[channel]) / standardDeviation[channel];
                }
            }
        }

        return values;
    }
}
