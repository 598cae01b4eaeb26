using System.Buffers;
using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.Intrinsics;

namespace PromptCanvas.Diffusion.Images;

/// <summary>Antialiased bicubic resize of planar pictures, in front of the upsamplers. Made once per pair of sizes; immutable and thread-safe.</summary>
/// <remarks>Kernel a = −0.5, half-pixel centres, taps outside the picture dropped and the others renormalised; values are not clamped.</remarks>
public sealed class BicubicResampler
{
    // Longer sums are worth a call.
    private const int MostTapsOneByOne = 8;

    // Number of inputs per output in the interior of an enlarged picture.
    private const int EnlargementTaps = 4;

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
                $"{source.Length} values are not a whole number of {InputWidth} × {InputHeight} planes that fill {destination.Length} values.", nameof(source));
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
            var x = 0;
            while (x < output.Length)
            {
                var weights = horizontal.Weights(x);
                var values = input.Slice(horizontal.Firsts[x], weights.Length);
                if (horizontal.Together[x] is { Length: > 0 } together)
                {
                    WeightedSums(values, together).CopyTo(output[x..]);
                    x += Vector128<float>.Count;
                }
                else
                {
                    output[x] = WeightedSum(values, weights);
                    x++;
                }
            }
        }
    }

    /// <summary>Four outputs of the same inputs, each with the additions of <see cref="WeightedSum"/> in the same order.</summary>
    private static Vector128<float> WeightedSums(ReadOnlySpan<float> values, Vector128<float>[] weights)
    {
        var sums = Vector128<float>.Zero;
        for (var tap = 0; tap < weights.Length; tap++)
        {
            sums += values[tap] * weights[tap];
        }

        return sums;
    }

    private static float WeightedSum(ReadOnlySpan<float> values, ReadOnlySpan<float> weights)
    {
        if (weights.Length > MostTapsOneByOne)
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
            if (weights.Length == EnlargementTaps)
            {
                SumOfFour(narrowed.Slice(first, EnlargementTaps * OutputWidth), weights, output);
                continue;
            }

            TensorPrimitives.Multiply(narrowed.Slice(first, OutputWidth), weights[0], output);
            for (var tap = 1; tap < weights.Length; tap++)
            {
                TensorPrimitives.MultiplyAdd(narrowed.Slice(first + (tap * OutputWidth), OutputWidth), weights[tap], output, output);
            }
        }
    }

    /// <summary>Four rows in one pass, with the operations of the plain form in the same order.</summary>
    private static void SumOfFour(ReadOnlySpan<float> rows, ReadOnlySpan<float> weights, Span<float> output)
    {
        var width = output.Length;
        var row0 = rows[..width];
        var row1 = rows.Slice(width, width);
        var row2 = rows.Slice(2 * width, width);
        var row3 = rows.Slice(3 * width, width);
        var x = 0;
        for (; x <= width - Vector<float>.Count; x += Vector<float>.Count)
        {
            var sum = new Vector<float>(row0[x..]) * weights[0];
            sum = (new Vector<float>(row1[x..]) * weights[1]) + sum;
            sum = (new Vector<float>(row2[x..]) * weights[2]) + sum;
            sum = (new Vector<float>(row3[x..]) * weights[3]) + sum;
            sum.CopyTo(output[x..]);
        }

        for (; x < width; x++)
        {
            output[x] = (row3[x] * weights[3]) + ((row2[x] * weights[2]) + ((row1[x] * weights[1]) + (row0[x] * weights[0])));
        }
    }

    /// <summary>One axis's weights as floats in one array.</summary>
    /// <param name="Firsts">The index of each output's first input.</param>
    /// <param name="Starts">Where each output's weights start.</param>
    /// <param name="Values">The weights.</param>
    private sealed record AxisWeights(int[] Firsts, int[] Starts, float[] Values)
    {
        /// <summary>For an output that shares its inputs with the next three: the weights of the four by tap; otherwise empty.</summary>
        public Vector128<float>[][] Together { get; } = FindTogether(Firsts, Starts, Values);

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

        private static Vector128<float>[][] FindTogether(int[] firsts, int[] starts, float[] values)
        {
            var together = new Vector128<float>[firsts.Length][];
            Array.Fill(together, []);
            for (var output = 0; output <= firsts.Length - Vector128<float>.Count; output++)
            {
                var taps = starts[output + 1] - starts[output];
                var alike = taps <= MostTapsOneByOne;
                for (var next = output + 1; next < output + Vector128<float>.Count; next++)
                {
                    alike &= firsts[next] == firsts[output] && starts[next + 1] - starts[next] == taps;
                }

                if (alike)
                {
                    var start = starts[output];
                    together[output] = new Vector128<float>[taps];
                    for (var tap = 0; tap < taps; tap++)
                    {
                        together[output][tap] = Vector128.Create(
                            values[start + tap], values[start + taps + tap], values[start + (2 * taps) + tap], values[start + (3 * taps) + tap]);
                    }
                }
            }

            return together;
        }
    }
}
