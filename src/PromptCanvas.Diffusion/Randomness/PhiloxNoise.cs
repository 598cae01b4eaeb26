using System.Numerics.Tensors;
using System.Runtime.Intrinsics;

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

    // Always this many blocks at once, independent of the requested length: vectorised functions may round the values of a short span differently.
    private const int BlocksAtOnce = 256;
    private const int ValuesAtOnce = BlocksAtOnce * BlockLength;
    private const int PairsAtOnce = ValuesAtOnce / 2;

    /// <summary>Fills a span with noise.</summary>
    /// <param name="destination">Receives N(0, 1) values.</param>
    /// <param name="seed">The picture's own seed; 0 is a seed.</param>
    /// <param name="stage">The use of the noise.</param>
    /// <param name="step">Loop counter of the step that uses it; <see cref="InitialStep"/> = what the stage starts from.</param>
    /// <param name="firstElement">The index of the first value within the whole noise tensor, 0 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">The step is below −1 or the index negative.</exception>
    public static void Fill(Span<float> destination, uint seed, NoiseStage stage, int step, long firstElement = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(step, InitialStep);
        ArgumentOutOfRangeException.ThrowIfNegative(firstElement);
        Span<float> values = stackalloc float[ValuesAtOnce];
        Span<float> scratch = stackalloc float[3 * PairsAtOnce];
        var index = 0;
        while (index < destination.Length)
        {
            var element = firstElement + index;
            var rest = destination[index..];
            var skipped = (int)(element % BlockLength);
            if (skipped == 0 && rest.Length >= ValuesAtOnce)
            {
                FillBlocks(rest[..ValuesAtOnce], scratch, element / BlockLength, seed, stage, step);
                index += ValuesAtOnce;
                continue;
            }

            FillBlocks(values, scratch, element / BlockLength, seed, stage, step);
            var wanted = values[skipped..];
            wanted = wanted[..Math.Min(wanted.Length, rest.Length)];
            wanted.CopyTo(rest);
            index += wanted.Length;
        }
    }

    private static void FillBlocks(Span<float> values, Span<float> scratch, long firstBlock, uint seed, NoiseStage stage, int step)
    {
        var radii = scratch[..PairsAtOnce];
        var angles = scratch.Slice(PairsAtOnce, PairsAtOnce);
        PhiloxBlocks.Fill(radii, angles, firstBlock, unchecked((uint)step), (seed, (uint)stage));
        BoxMuller(radii, angles, scratch[(2 * PairsAtOnce)..], values);
    }

    /// <summary>Pairs of uniform values → pairs of normal values, neighbours in the result.</summary>
    private static void BoxMuller(Span<float> radii, Span<float> angles, Span<float> cosines, Span<float> values)
    {
        TensorPrimitives.Log(radii, radii);
        TensorPrimitives.Multiply(radii, -2f, radii);
        TensorPrimitives.Sqrt(radii, radii);
        TensorPrimitives.Multiply(angles, MathF.Tau, angles);
        TensorPrimitives.Cos(angles, cosines);
        TensorPrimitives.Sin(angles, angles);
        TensorPrimitives.Multiply(cosines, radii, cosines);
        TensorPrimitives.Multiply(angles, radii, angles);
        Interleave(cosines, angles, values);
    }

    /// <summary>Two values at a time as the halves of one 64-bit number.</summary>
    private static void Interleave(ReadOnlySpan<float> first, ReadOnlySpan<float> second, Span<float> values)
    {
        var pair = 0;
        for (; pair + Vector256<float>.Count <= first.Length; pair += Vector256<float>.Count)
        {
            var (firstLow, firstHigh) = Vector256.Widen(Vector256.Create(first[pair..]).AsUInt32());
            var (secondLow, secondHigh) = Vector256.Widen(Vector256.Create(second[pair..]).AsUInt32());
            (firstLow | (secondLow << 32)).AsSingle().CopyTo(values[(2 * pair)..]);
            (firstHigh | (secondHigh << 32)).AsSingle().CopyTo(values[((2 * pair) + Vector256<float>.Count)..]);
        }

        for (; pair < first.Length; pair++)
        {
            values[2 * pair] = first[pair];
            values[(2 * pair) + 1] = second[pair];
        }
    }
}
