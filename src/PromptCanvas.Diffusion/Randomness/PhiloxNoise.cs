namespace PromptCanvas.Diffusion.Randomness;

/// <summary>
/// Standard normal noise that is a function of (seed, stage, step, element index) and nothing else: not of the batch, the order of calls
/// or the length asked for.
/// </summary>
/// <remarks>
/// Counter (block low, block high, step, 0) under key (seed, stage); each block of four words gives four normals by two Box–Muller pairs,
/// computed in double and rounded to float.
/// </remarks>
public static class PhiloxNoise
{
    /// <summary>The step of the noise a stage starts from.</summary>
    public const int InitialStep = -1;

    private const int BlockLength = 4;
    private const double Unit = 1.0 / 4294967296;

    /// <summary>Fills a span with noise.</summary>
    /// <param name="destination">Receives N(0, 1) values.</param>
    /// <param name="seed">The picture's own seed; 0 is a seed.</param>
    /// <param name="stage">What the noise is for.</param>
    /// <param name="step">Loop counter of the step that uses it; <see cref="InitialStep"/> = what the stage starts from.</param>
    /// <param name="firstElement">The index of the first value within the whole noise tensor, 0 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">The step is below −1 or the index negative.</exception>
    public static void Fill(Span<float> destination, uint seed, NoiseStage stage, int step, long firstElement = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(step, InitialStep);
        ArgumentOutOfRangeException.ThrowIfNegative(firstElement);
        Span<float> block = stackalloc float[BlockLength];
        var index = 0;
        while (index < destination.Length)
        {
            var element = firstElement + index;
            FillBlock(block, element / BlockLength, seed, stage, step);
            var values = block[(int)(element % BlockLength)..];
            values = values[..Math.Min(values.Length, destination.Length - index)];
            values.CopyTo(destination[index..]);
            index += values.Length;
        }
    }

    private static void FillBlock(Span<float> block, long index, uint seed, NoiseStage stage, int step)
    {
        var counter = (unchecked((uint)index), (uint)(index >> 32), unchecked((uint)step), 0u);
        var words = Philox4x32.Generate(counter, (seed, (uint)stage));
        (block[0], block[1]) = BoxMuller(words.X0, words.X1);
        (block[2], block[3]) = BoxMuller(words.X2, words.X3);
    }

    private static (float First, float Second) BoxMuller(uint radiusBits, uint angleBits)
    {
        // Inside (0, 1], so that the logarithm is finite; the largest value is 6.66.
        var radius = Math.Sqrt(-2 * Math.Log((radiusBits + 1.0) * Unit));
        var (sine, cosine) = Math.SinCos(angleBits * Unit * Math.Tau);
        return ((float)(radius * cosine), (float)(radius * sine));
    }
}
