namespace PromptCanvas.Diffusion.Images;

/// <summary>Which input values make up each output value of an antialiased bicubic resize along one axis. Immutable.</summary>
/// <remarks>
/// Cubic convolution kernel of Keys (1981) with a = −0.5; when reducing, the kernel is as many times wider. Taps outside the input are
/// dropped and the others brought back to sum 1. The same as Pillow's BICUBIC and PyTorch's antialiased bicubic with half-pixel centres.
/// </remarks>
internal sealed class ResamplingWeights
{
    private const double Sharpness = -0.5;
    private const double Support = 2;

    private readonly int[] firsts;
    private readonly double[][] weights;

    /// <summary>Computes the weights.</summary>
    /// <param name="inputLength">The number of input values, 1 or more.</param>
    /// <param name="outputLength">The number of output values, 1 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">A length is not positive.</exception>
    public ResamplingWeights(int inputLength, int outputLength)
        : this(inputLength, outputLength, inputLength)
    {
    }

    /// <summary>Computes the weights of a part of the input that need not end with a whole value.</summary>
    /// <param name="inputLength">The number of input values, 1 or more.</param>
    /// <param name="outputLength">The number of output values, 1 or more.</param>
    /// <param name="partLength">How much of the input, from its start on, becomes the output.</param>
    public ResamplingWeights(int inputLength, int outputLength, double partLength)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(inputLength);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(outputLength);
        firsts = new int[outputLength];
        weights = new double[outputLength][];
        var scale = partLength / outputLength;
        var width = Math.Max(scale, 1);
        for (var output = 0; output < outputLength; output++)
        {
            var center = (output + 0.5) * scale;
            var first = Math.Max((int)(center - (Support * width) + 0.5), 0);
            var end = Math.Min((int)(center + (Support * width) + 0.5), inputLength);
            firsts[output] = first;
            weights[output] = Normalized(first, end - first, center, width);
        }
    }

    /// <summary>The number of output values.</summary>
    public int OutputLength => firsts.Length;

    /// <summary>The index of the first input value that counts.</summary>
    /// <param name="output">Index of the output value.</param>
    public int First(int output) => firsts[output];

    /// <summary>The weights of the input values from <see cref="First"/> on; they sum to 1.</summary>
    /// <param name="output">Index of the output value.</param>
    public ReadOnlySpan<double> Weights(int output) => weights[output];

    private static double[] Normalized(int first, int count, double center, double width)
    {
        var values = new double[count];
        var sum = 0.0;
        for (var tap = 0; tap < count; tap++)
        {
            values[tap] = Kernel((first + tap - center + 0.5) / width);
            sum += values[tap];
        }

        for (var tap = 0; tap < count; tap++)
        {
            values[tap] /= sum;
        }

        return values;
    }

    private static double Kernel(double distance)
    {
        var x = Math.Abs(distance);
        return x switch
        {
            < 1 => ((((Sharpness + 2) * x) - (Sharpness + 3)) * x * x) + 1,
            < Support => ((((x - 5) * x) + 8) * x - 4) * Sharpness,
            _ => 0,
        };
    }
}
