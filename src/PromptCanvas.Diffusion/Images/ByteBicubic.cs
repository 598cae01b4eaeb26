namespace PromptCanvas.Diffusion.Images;

/// <summary>Pillow's BICUBIC resize of interleaved 8-bit RGB, to the bit.</summary>
/// <remarks>Weights are rounded to 22 fractional bits (half away from zero); a pass that changes nothing is skipped.</remarks>
internal static class ByteBicubic
{
    private const int Channels = SignedImage.Channels;
    private const int FractionBits = 22;
    private const int Half = 1 << (FractionBits - 1);

    /// <summary>Resizes a picture.</summary>
    /// <param name="rgb">3·H·W interleaved bytes.</param>
    /// <param name="width">W in pixels.</param>
    /// <param name="height">H in pixels.</param>
    /// <param name="newWidth">In pixels.</param>
    /// <param name="newHeight">In pixels.</param>
    /// <returns>3·newHeight·newWidth interleaved bytes.</returns>
    public static byte[] Resize(ReadOnlySpan<byte> rgb, int width, int height, int newWidth, int newHeight) =>
        Resize(rgb, width, height, newWidth, newHeight, (width, height));

    /// <summary>Resizes the upper left part of a picture, which need not end with a whole pixel.</summary>
    /// <param name="rgb">3·H·W interleaved bytes.</param>
    /// <param name="width">W in pixels.</param>
    /// <param name="height">H in pixels.</param>
    /// <param name="newWidth">In pixels.</param>
    /// <param name="newHeight">In pixels.</param>
    /// <param name="part">The part in pixels, at most W × H.</param>
    /// <returns>3·newHeight·newWidth interleaved bytes.</returns>
    public static byte[] Resize(ReadOnlySpan<byte> rgb, int width, int height, int newWidth, int newHeight, (double Width, double Height) part)
    {
        var rows = newWidth == width && part.Width == width ? rgb.ToArray() : ResizeRows(rgb, width, height, newWidth, part.Width);
        return newHeight == height && part.Height == height ? rows : ResizeColumns(rows, newWidth, height, newHeight, part.Height);
    }

    private static byte[] ResizeRows(ReadOnlySpan<byte> source, int width, int height, int newWidth, double partWidth)
    {
        var axis = new ResamplingWeights(width, newWidth, partWidth);
        var result = new byte[newWidth * height * Channels];
        for (var x = 0; x < newWidth; x++)
        {
            var weights = FixedPoint(axis.Weights(x));
            for (var y = 0; y < height; y++)
            {
                var first = ((y * width) + axis.First(x)) * Channels;
                WeighPixel(source[first..], Channels, weights, result.AsSpan(((y * newWidth) + x) * Channels, Channels));
            }
        }

        return result;
    }

    private static byte[] ResizeColumns(ReadOnlySpan<byte> source, int width, int height, int newHeight, double partHeight)
    {
        var axis = new ResamplingWeights(height, newHeight, partHeight);
        var stride = width * Channels;
        var result = new byte[stride * newHeight];
        for (var y = 0; y < newHeight; y++)
        {
            var weights = FixedPoint(axis.Weights(y));
            for (var x = 0; x < width; x++)
            {
                var first = (axis.First(y) * stride) + (x * Channels);
                WeighPixel(source[first..], stride, weights, result.AsSpan((y * stride) + (x * Channels), Channels));
            }
        }

        return result;
    }

    private static void WeighPixel(ReadOnlySpan<byte> source, int tapStride, ReadOnlySpan<int> weights, Span<byte> pixel)
    {
        var (red, green, blue) = (Half, Half, Half);
        for (var tap = 0; tap < weights.Length; tap++)
        {
            var taken = source.Slice(tap * tapStride, Channels);
            red += taken[0] * weights[tap];
            green += taken[1] * weights[tap];
            blue += taken[2] * weights[tap];
        }

        pixel[0] = ToByte(red);
        pixel[1] = ToByte(green);
        pixel[2] = ToByte(blue);
    }

    private static byte ToByte(int fixedPoint) => (byte)Math.Clamp(fixedPoint >> FractionBits, 0, 255);

    private static int[] FixedPoint(ReadOnlySpan<double> weights)
    {
        var values = new int[weights.Length];
        for (var tap = 0; tap < weights.Length; tap++)
        {
            values[tap] = (int)Math.Round(weights[tap] * (1 << FractionBits), MidpointRounding.AwayFromZero);
        }

        return values;
    }
}
