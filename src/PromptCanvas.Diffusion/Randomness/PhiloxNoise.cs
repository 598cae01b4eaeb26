using System.Numerics.Tensors;

namespace PromptCanvas.Diffusion.Randomness;

/// <summary>
/// Standard normal noise that is a function of (seed, stage, step, element index) and nothing else: not of the batch, the order of calls
/// or the length asked for.
/// </summary>
/// <remarks>
/// Counter (block low, block high, step, 0) under key (seed, stage); each block of four words gives four normals by two Box–Muller pairs,
/// computed in single precision.
/// </remarks>
public static class PhiloxNoise
{
    /// <summary>The step of the noise a stage starts from.</summary>
    public const int InitialStep = -1;

    private const int BlockLength = 4;

    // Always so many blocks at once, whatever the length asked for: vectorised functions may round a short span's values otherwise.
    private const int BlocksAtOnce = 256;
    private const int ValuesAtOnce = BlocksAtOnce * BlockLength;
    private const int PairsAtOnce = ValuesAtOnce / 2;
    private const float Unit = 1f / 4294967296;

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
        Span<float> values = stackalloc float[ValuesAtOnce];
        var index = 0;
        while (index < destination.Length)
        {
            var element = firstElement + index;
            FillBlocks(values, element / BlockLength, seed, stage, step);
            var wanted = values[(int)(element % BlockLength)..];
            wanted = wanted[..Math.Min(wanted.Length, destination.Length - index)];
            wanted.CopyTo(destination[index..]);
            index += wanted.Length;
        }
    }

    private static void FillBlocks(Span<float> values, long firstBlock, uint seed, NoiseStage stage, int step)
    {
        Span<float> radii = stackalloc float[PairsAtOnce];
        Span<float> angles = stackalloc float[PairsAtOnce];
        for (var block = 0; block < BlocksAtOnce; block++)
        {
            var number = firstBlock + block;
            var counter = (unchecked((uint)number), (uint)(number >> 32), unchecked((uint)step), 0u);
            var words = Philox4x32.Generate(counter, (seed, (uint)stage));

            // Inside (0, 1], so that the logarithm is finite; the largest value is 6.66.
            radii[2 * block] = (words.X0 + 1f) * Unit;
            angles[2 * block] = words.X1 * Unit;
            radii[(2 * block) + 1] = (words.X2 + 1f) * Unit;
            angles[(2 * block) + 1] = words.X3 * Unit;
        }

        BoxMuller(radii, angles, values);
    }

    /// <summary>Pairs of uniform values → pairs of normal values, neighbours in the result.</summary>
    private static void BoxMuller(Span<float> radii, Span<float> angles, Span<float> values)
    {
        Span<float> cosines = stackalloc float[PairsAtOnce];
        TensorPrimitives.Log(radii, radii);
        TensorPrimitives.Multiply(radii, -2f, radii);
        TensorPrimitives.Sqrt(radii, radii);
        TensorPrimitives.Multiply(angles, MathF.Tau, angles);
        TensorPrimitives.Cos(angles, cosines);
        TensorPrimitives.Sin(angles, angles);
        TensorPrimitives.Multiply(cosines, radii, cosines);
        TensorPrimitives.Multiply(angles, radii, angles);
        for (var pair = 0; pair < PairsAtOnce; pair++)
        {
            values[2 * pair] = cosines[pair];
            values[(2 * pair) + 1] = angles[pair];
        }
    }
}
