using System.Buffers;
using System.Numerics.Tensors;

namespace PromptCanvas.Diffusion.Images;

/// <summary>Antialiased bicubic resize of planar pictures, in front of the upsamplers. Made once per pair of sizes; immutable and thread-safe.</summary>
/// <remarks>Kernel a = −0.5, half-pixel centres, taps outside the picture dropped and the others renormalised; values are not clamped.</remarks>
public sealed class BicubicResampler
{
    private readonly AxisWeights horizontal;
    private readonly AxisWeights vertical;

    /// <summary>Computes the weights of both axes.</summary>
    /// <param name="inputWidth">In pixels, 1 or more.</param>
    /// <param name="inputHeight">In pixels, 1 or more.</param>
    /// <param name="outputWidth">In pixels, 1 or more.</param>
    /// <param name="outputHeight">In pixels, 1 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is not positive.</exception>
    public BicubicResampler(int inputWidth, int inputHeight, int outputWidth, int outputHeight)
    {
        horizontal = AxisWeights.Of(new ResamplingWeights(inputWidth, outputWidth));
        vertical = AxisWeights.Of(new ResamplingWeights(inputHeight, outputHeight));
        InputWidth = inputWidth;
        InputHeight = inputHeight;
        OutputWidth = outputWidth;
        OutputHeight = outputHeight;
    }

    /// <summary>In pixels.</summary>
    public int InputWidth { get; }

    /// <summary>In pixels.</summary>
    public int InputHeight { get; }

    /// <summary>In pixels.</summary>
    public int OutputWidth { get; }

    /// <summary>In pixels.</summary>
    public int OutputHeight { get; }

    /// <summary>Resizes any number of planes.</summary>
    /// <param name="source">(planes, input height, input width) flattened; any range.</param>
    /// <param name="destination">Receives (planes, output height, output width); the range may grow by a fifth at sharp edges.</param>
    /// <exception cref="ArgumentException">The source is no whole number of planes, or the destination does not hold as many.</exception>
    public void Resample(ReadOnlySpan<float> source, Span<float> destination)
    {
        var inputPlane = InputWidth * InputHeight;
        var outputPlane = OutputWidth * OutputHeight;
        var planes = source.Length / inputPlane;
        if (planes * inputPlane != source.Length || planes * outputPlane != destination.Length)
        {
            throw new ArgumentException(
                $"{source.Length} values are no whole number of {InputWidth} × {InputHeight} planes that fill {destination.Length} values.", nameof(source));
        }

        var scratch = ArrayPool<float>.Shared.Rent(InputHeight * OutputWidth);
        try
        {
            for (var plane = 0; plane < planes; plane++)
            {
                ResampleRows(source.Slice(plane * inputPlane, inputPlane), scratch);
                ResampleColumns(scratch, destination.Slice(plane * outputPlane, outputPlane));
            }
        }
        finally
        {
            ArrayPool<float>.Shared.Return(scratch);
        }
    }

    private void ResampleRows(ReadOnlySpan<float> source, Span<float> narrowed)
    {
        for (var y = 0; y < InputHeight; y++)
        {
            var input = source.Slice(y * InputWidth, InputWidth);
            var output = narrowed.Slice(y * OutputWidth, OutputWidth);
            for (var x = 0; x < output.Length; x++)
            {
                var weights = horizontal.Weights(x);
                output[x] = WeightedSum(input.Slice(horizontal.Firsts[x], weights.Length), weights);
            }
        }
    }

    private static float WeightedSum(ReadOnlySpan<float> values, ReadOnlySpan<float> weights)
    {
        if (weights.Length > 8)
        {
            return TensorPrimitives.Dot(values, weights);
        }

        var sum = 0f;
        for (var tap = 0; tap < weights.Length; tap++)
        {
            sum += values[tap] * weights[tap];
        }

        return sum;
    }

    private void ResampleColumns(ReadOnlySpan<float> narrowed, Span<float> destination)
    {
        for (var y = 0; y < OutputHeight; y++)
        {
            var weights = vertical.Weights(y);
            var first = vertical.Firsts[y] * OutputWidth;
            var output = destination.Slice(y * OutputWidth, OutputWidth);
            TensorPrimitives.Multiply(narrowed.Slice(first, OutputWidth), weights[0], output);
            for (var tap = 1; tap < weights.Length; tap++)
            {
                TensorPrimitives.MultiplyAdd(narrowed.Slice(first + (tap * OutputWidth), OutputWidth), weights[tap], output, output);
            }
        }
    }

    /// <summary>One axis's weights as floats in one array.</summary>
    private sealed record AxisWeights(int[] Firsts, int[] Starts, float[] Values)
    {
        public static AxisWeights Of(ResamplingWeights weights)
        {
            var firsts = new int[weights.OutputLength];
            var starts = new int[weights.OutputLength + 1];
            var values = new List<float>();
            for (var output = 0; output < weights.OutputLength; output++)
            {
                firsts[output] = weights.First(output);
                foreach (var weight in weights.Weights(output))
                {
                    values.Add((float)weight);
                }

                starts[output + 1] = values.Count;
            }

            return new AxisWeights(firsts, starts, [.. values]);
        }

        public ReadOnlySpan<float> Weights(int output) => Values.AsSpan(Starts[output]..Starts[output + 1]);
    }
}
