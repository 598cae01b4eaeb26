using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace PromptCanvas.Generation.Library;

/// <summary>Unit vectors in 16-bit floats and an exhaustive search for the closest: 2 bytes for each value and 16 for each id, allocated in chunks.</summary>
/// <remarks>A value below 2⁻¹⁴ counts as 0. Rounding changes a cosine by less than 0.001. Not thread-safe: callers take turns.</remarks>
internal sealed class UnitVectors(int width)
{
    private const int RowsAtOnce = 8192;

    // Bits of a 16-bit float whose exponent is not 0 become a 32-bit float of 2⁻¹¹² times the value, without a conversion for subnormal numbers. The query is scaled up.
    private const float Scale = 5.192296858534828e33f;
    private const int Shift = 13;
    private const int SignAndValue = unchecked((int)0x8FFFFFFF);
    private static readonly float Smallest = MathF.ScaleB(1, -14);

    private readonly List<Chunk> chunks = [];
    private int count;

    public int Count => count;

    /// <summary>Memory of the vectors and their ids, in bytes.</summary>
    public long Bytes => (long)chunks.Count * RowsAtOnce * ((width * sizeof(short)) + Marshal.SizeOf<Guid>());

    /// <summary>Adds a vector of any length.</summary>
    /// <returns>False if it has no direction: zero, not finite, or of another width because the model was replaced.</returns>
    public bool Add(Guid id, ReadOnlySpan<float> vector)
    {
        var length = TensorPrimitives.Norm(vector);
        if (vector.Length != width || !float.IsFinite(length) || length == 0)
        {
            return false;
        }

        if (count == chunks.Count * RowsAtOnce)
        {
            chunks.Add(new Chunk(new Guid[RowsAtOnce], new Half[RowsAtOnce * width]));
        }

        IdAt(count) = id;
        var row = ValuesAt(count++);
        for (var index = 0; index < width; index++)
        {
            var value = vector[index] / length;
            row[index] = MathF.Abs(value) < Smallest ? Half.Zero : (Half)value;
        }

        return true;
    }

    public IEnumerable<Guid> Ids() => Enumerable.Range(0, count).Select(row => chunks[row / RowsAtOnce].Ids[row % RowsAtOnce]);

    /// <summary>Removes vectors and frees the chunks that become empty.</summary>
    public void Remove(IReadOnlySet<Guid> gone)
    {
        for (var row = count - 1; row >= 0; row--)
        {
            if (gone.Contains(IdAt(row)))
            {
                IdAt(row) = IdAt(--count);
                ValuesAt(count).CopyTo(ValuesAt(row));
            }
        }

        var used = (count + RowsAtOnce - 1) / RowsAtOnce;
        chunks.RemoveRange(used, chunks.Count - used);
    }

    /// <summary>The closest vectors, closest first, each with its cosine.</summary>
    /// <param name="wanted">A unit vector of the same width.</param>
    public IReadOnlyList<(Guid Id, double Cosine)> Closest(ReadOnlySpan<float> wanted, int most)
    {
        if (wanted.Length != width || count == 0 || most < 1)
        {
            return [];
        }

        var scaled = new float[width];
        TensorPrimitives.Multiply(wanted, Scale, scaled);
        var best = new PriorityQueue<(Guid Id, float Cosine), float>[chunks.Count];
        Parallel.For(0, chunks.Count, chunk => best[chunk] = BestOf(chunk, scaled, Math.Min(most, RowsAtOnce)));
        return [.. best.SelectMany(part => part.UnorderedItems).Select(found => found.Element).OrderByDescending(found => found.Cosine).Take(most).Select(found => (found.Id, (double)found.Cosine))];
    }

    private PriorityQueue<(Guid Id, float Cosine), float> BestOf(int number, float[] scaled, int most)
    {
        var (ids, values) = chunks[number];
        var rows = Math.Min(RowsAtOnce, count - (number * RowsAtOnce));
        var best = new PriorityQueue<(Guid, float), float>(Math.Min(most, rows));
        var least = float.NegativeInfinity;
        for (var row = 0; row < rows; row++)
        {
            var cosine = Dot(values.AsSpan(row * width, width), scaled);
            if (best.Count < most)
            {
                best.Enqueue((ids[row], cosine), cosine);
            }
            else if (cosine > least)
            {
                best.EnqueueDequeue((ids[row], cosine), cosine);
                best.TryPeek(out _, out least);
            }
        }

        return best;
    }

    private static float Dot(ReadOnlySpan<Half> row, ReadOnlySpan<float> scaled)
    {
        var bits = MemoryMarshal.Cast<Half, short>(row);
        var (sum, at) = (Vector512<float>.Zero, 0);
        for (; at <= bits.Length - Vector512<short>.Count; at += Vector512<short>.Count)
        {
            var (lower, upper) = Vector512.Widen(Vector512.Create(bits[at..]));
            sum = Vector512.FusedMultiplyAdd(Raw(lower), Vector512.Create(scaled[at..]), sum);
            sum = Vector512.FusedMultiplyAdd(Raw(upper), Vector512.Create(scaled[(at + Vector512<float>.Count)..]), sum);
        }

        var total = Vector512.Sum(sum);
        for (; at < bits.Length; at++)
        {
            total += BitConverter.Int32BitsToSingle((bits[at] << Shift) & SignAndValue) * scaled[at];
        }

        return total;
    }

    private static Vector512<float> Raw(Vector512<int> widened) => ((widened << Shift) & Vector512.Create(SignAndValue)).AsSingle();

    private ref Guid IdAt(int row) => ref chunks[row / RowsAtOnce].Ids[row % RowsAtOnce];

    private Span<Half> ValuesAt(int row) => chunks[row / RowsAtOnce].Values.AsSpan(row % RowsAtOnce * width, width);

    private sealed record Chunk(Guid[] Ids, Half[] Values);
}
