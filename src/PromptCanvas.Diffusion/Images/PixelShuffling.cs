namespace PromptCanvas.Diffusion.Images;

/// <summary>Folds p × p blocks of pixels into channels and back, so that a network works on a coarser grid. Lossless.</summary>
/// <remarks>Channel c·p² + dy·p + dx of the folded picture is the pixel (dy, dx) of each block of channel c, as in PyTorch.</remarks>
public static class PixelShuffling
{
    /// <summary>(C, H, W) → (C·p², H/p, W/p).</summary>
    /// <param name="source">C·H·W values, planar.</param>
    /// <param name="width">W, a multiple of p.</param>
    /// <param name="height">H, a multiple of p.</param>
    /// <param name="factor">p, 1 or more; 1 copies.</param>
    /// <param name="destination">Receives as many values; must not overlap the source.</param>
    /// <exception cref="ArgumentException">The sizes do not divide, or the lengths do not fit.</exception>
    public static void Unshuffle(ReadOnlySpan<float> source, int width, int height, int factor, Span<float> destination)
    {
        var channels = Channels(source.Length, width, height, factor, destination.Length);
        var (foldedWidth, foldedHeight) = (width / factor, height / factor);
        var plane = foldedWidth * foldedHeight;
        for (var line = 0; line < channels * height; line++)
        {
            // One line of pixels is W/p blocks of p; its p columns go to one line each of p neighbouring planes.
            var (channel, y) = (line / height, line % height);
            var first = (((channel * factor) + (y % factor)) * factor * plane) + (y / factor * foldedWidth);
            Transposition.Transpose(source.Slice(line * width, width), factor, foldedWidth, factor, destination[first..], plane);
        }
    }

    /// <summary>(C·p², H/p, W/p) → (C, H, W), the inverse of <see cref="Unshuffle"/>.</summary>
    /// <param name="source">C·H·W values, planar.</param>
    /// <param name="width">W of the unfolded picture, a multiple of p.</param>
    /// <param name="height">H of the unfolded picture, a multiple of p.</param>
    /// <param name="factor">p, 1 or more; 1 copies.</param>
    /// <param name="destination">Receives as many values; must not overlap the source.</param>
    /// <exception cref="ArgumentException">The sizes do not divide, or the lengths do not fit.</exception>
    public static void Shuffle(ReadOnlySpan<float> source, int width, int height, int factor, Span<float> destination)
    {
        var channels = Channels(source.Length, width, height, factor, destination.Length);
        var (foldedWidth, foldedHeight) = (width / factor, height / factor);
        var plane = foldedWidth * foldedHeight;
        for (var line = 0; line < channels * height; line++)
        {
            var (channel, y) = (line / height, line % height);
            var first = (((channel * factor) + (y % factor)) * factor * plane) + (y / factor * foldedWidth);
            Transposition.Transpose(source[first..], plane, factor, foldedWidth, destination.Slice(line * width, width), factor);
        }
    }

    private static int Channels(int sourceLength, int width, int height, int factor, int destinationLength)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(factor);
        if (width % factor != 0 || height % factor != 0)
        {
            throw new ArgumentException($"{width} × {height} is not made of {factor} × {factor} blocks.", nameof(factor));
        }

        if (sourceLength % (width * height) != 0 || destinationLength != sourceLength)
        {
            throw new ArgumentException(
                $"{sourceLength} values are not a whole number of {width} × {height} planes, or do not fill {destinationLength} values.", nameof(sourceLength));
        }

        return sourceLength / (width * height);
    }
}
