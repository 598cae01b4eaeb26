using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace PromptCanvas.Diffusion.Randomness;

/// <summary>Many blocks of Philox4x32-10 in a row, as uniform numbers; several blocks at a time where the processor can, to the same bits.</summary>
internal static class PhiloxBlocks
{
    private const float Unit = 1f / 4294967296;
    private const ulong LowWord = uint.MaxValue;

    /// <summary>Fills two spans with uniform numbers of the blocks (number low, number high, step, 0).</summary>
    /// <param name="radii">Words 0 and 2 of each block, inside (0, 1]; twice as many values as blocks.</param>
    /// <param name="angles">Words 1 and 3 of each block, inside [0, 1]; as long.</param>
    /// <param name="firstBlock">The number of the first block, 0 or more.</param>
    /// <param name="step">The third word of the counter.</param>
    /// <param name="key">The key, lowest word first.</param>
    public static void Fill(Span<float> radii, Span<float> angles, long firstBlock, uint step, (uint K0, uint K1) key)
    {
        var done = 0;
        if (Avx512F.IsSupported)
        {
            done = Fill512(radii, angles, firstBlock, step, key);
        }
        else if (Avx2.IsSupported)
        {
            done = Fill256(radii, angles, firstBlock, step, key);
        }

        FillOneByOne(radii[(2 * done)..], angles[(2 * done)..], firstBlock + done, step, key);
    }

    /// <summary>The plain form, for any processor.</summary>
    internal static void FillOneByOne(Span<float> radii, Span<float> angles, long firstBlock, uint step, (uint K0, uint K1) key)
    {
        for (var block = 0; block < radii.Length / 2; block++)
        {
            var number = firstBlock + block;
            var words = Philox4x32.Generate((unchecked((uint)number), (uint)(number >> 32), step, 0u), key);

            // Inside (0, 1], so that the logarithm is finite; the largest normal value is 6.66.
            radii[2 * block] = (words.X0 + 1f) * Unit;
            angles[2 * block] = words.X1 * Unit;
            radii[(2 * block) + 1] = (words.X2 + 1f) * Unit;
            angles[(2 * block) + 1] = words.X3 * Unit;
        }
    }

    // One block in each 64-bit element. The multiplication reads the low words only, so what stands above them need not be cleared.
    private static int Fill512(Span<float> radii, Span<float> angles, long firstBlock, uint step, (uint K0, uint K1) key)
    {
        var blocks = radii.Length / 2;
        var done = 0;
        for (; done + Vector512<ulong>.Count <= blocks; done += Vector512<ulong>.Count)
        {
            var x0 = Vector512.Create((ulong)(firstBlock + done)) + Vector512<ulong>.Indices;
            var x1 = x0 >> 32;
            var x2 = Vector512.Create((ulong)step);
            var x3 = Vector512<ulong>.Zero;
            var (k0, k1) = key;
            for (var round = 0; round < Philox4x32.Rounds; round++)
            {
                var product0 = Avx512F.Multiply(x0.AsUInt32(), Vector512.Create(Philox4x32.Multiplier0));
                var product1 = Avx512F.Multiply(x2.AsUInt32(), Vector512.Create(Philox4x32.Multiplier1));
                x0 = (product1 >> 32) ^ x1 ^ Vector512.Create((ulong)k0);
                x1 = product1;
                x2 = (product0 >> 32) ^ x3 ^ Vector512.Create((ulong)k1);
                x3 = product0;
                (k0, k1) = Philox4x32.NextKey(k0, k1);
            }

            var radius = ((x2 << 32) | (x0 & Vector512.Create(LowWord))).AsUInt32();
            var angle = ((x3 << 32) | (x1 & Vector512.Create(LowWord))).AsUInt32();
            ((Vector512.ConvertToSingle(radius) + Vector512<float>.One) * Unit).CopyTo(radii[(2 * done)..]);
            (Vector512.ConvertToSingle(angle) * Unit).CopyTo(angles[(2 * done)..]);
        }

        return done;
    }

    private static int Fill256(Span<float> radii, Span<float> angles, long firstBlock, uint step, (uint K0, uint K1) key)
    {
        var blocks = radii.Length / 2;
        var done = 0;
        for (; done + Vector256<ulong>.Count <= blocks; done += Vector256<ulong>.Count)
        {
            var x0 = Vector256.Create((ulong)(firstBlock + done)) + Vector256<ulong>.Indices;
            var x1 = x0 >> 32;
            var x2 = Vector256.Create((ulong)step);
            var x3 = Vector256<ulong>.Zero;
            var (k0, k1) = key;
            for (var round = 0; round < Philox4x32.Rounds; round++)
            {
                var product0 = Avx2.Multiply(x0.AsUInt32(), Vector256.Create(Philox4x32.Multiplier0));
                var product1 = Avx2.Multiply(x2.AsUInt32(), Vector256.Create(Philox4x32.Multiplier1));
                x0 = (product1 >> 32) ^ x1 ^ Vector256.Create((ulong)k0);
                x1 = product1;
                x2 = (product0 >> 32) ^ x3 ^ Vector256.Create((ulong)k1);
                x3 = product0;
                (k0, k1) = Philox4x32.NextKey(k0, k1);
            }

            var radius = ((x2 << 32) | (x0 & Vector256.Create(LowWord))).AsUInt32();
            var angle = ((x3 << 32) | (x1 & Vector256.Create(LowWord))).AsUInt32();
            ((Vector256.ConvertToSingle(radius) + Vector256<float>.One) * Unit).CopyTo(radii[(2 * done)..]);
            (Vector256.ConvertToSingle(angle) * Unit).CopyTo(angles[(2 * done)..]);
        }

        return done;
    }
}
