using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace PromptCanvas.Generation.Library;

/// <summary>Unit vectors in 16 bits a value and an exhaustive search for the closest: 2 bytes for each value, 16 for each id and 8 for each vector, allocated in chunks.</summary>
/// <remarks>
/// The high and the low bytes of the values stand apart. A search reads the high bytes of all vectors and the low bytes of only those that could still
/// be among the closest: by the inequality of Cauchy and Schwarz, low bytes change a cosine by at most their own length.
/// Rounding changes a cosine by less than 0.001. Not thread-safe: callers take turns.
/// </remarks>
internal sealed class UnitVectors(int width)
{
    private const int RowsAtOnce = 8192;
    private const int Byte = 256;

    // The largest whole number whose high byte, rounded to the nearest, is a signed byte.
    private const int Largest = (Byte * sbyte.MaxValue) + sbyte.MaxValue;

    private readonly List<Chunk> chunks = [];
    private int count;

    public int Count => count;

    /// <summary>Memory of the vectors and their ids, in bytes.</summary>
    public long Bytes => (long)chunks.Count * RowsAtOnce * ((width * sizeof(short)) + Marshal.SizeOf<Row>());

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
            chunks.Add(new Chunk(new Row[RowsAtOnce], new sbyte[RowsAtOnce * width], new sbyte[RowsAtOnce * width]));
        }

        var (chunk, row) = Place(count++);
        var high = chunk.HighOf(row, width);
        var low = chunk.LowOf(row, width);
        var step = MathF.Abs(TensorPrimitives.MaxMagnitude(vector)) / Largest;
        var squares = 0;
        for (var index = 0; index < width; index++)
        {
            var value = (int)MathF.Round(vector[index] / step);
            high[index] = (sbyte)((value + (Byte / 2)) >> 8);
            low[index] = (sbyte)(value - (high[index] * Byte));
            squares += low[index] * low[index];
        }

        var scale = step / length;
        chunk.Rows[row] = new Row(id, scale, MathF.Sqrt(squares) * scale);
        return true;
    }

    public IEnumerable<Guid> Ids(int from, int most) => Enumerable.Range(from, Math.Clamp(count - from, 0, most)).Select(row => chunks[row / RowsAtOnce].Rows[row % RowsAtOnce].Id);

    /// <summary>Removes vectors and frees the chunks that become empty.</summary>
    public void Remove(IReadOnlySet<Guid> gone)
    {
        for (var number = count - 1; number >= 0; number--)
        {
            var (chunk, row) = Place(number);
            if (gone.Contains(chunk.Rows[row].Id))
            {
                var (last, lastRow) = Place(--count);
                chunk.Rows[row] = last.Rows[lastRow];
                last.HighOf(lastRow, width).CopyTo(chunk.HighOf(row, width));
                last.LowOf(lastRow, width).CopyTo(chunk.LowOf(row, width));
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

        var search = new VectorSearch(wanted, most);
        var best = new PriorityQueue<(Guid Id, float Cosine), float>[chunks.Count];
        Parallel.For(0, chunks.Count, chunk => best[chunk] = BestOf(chunk, search));
        return [.. best.SelectMany(part => part.UnorderedItems).Select(found => found.Element).OrderByDescending(found => found.Cosine).Take(most).Select(found => (found.Id, (double)found.Cosine))];
    }

    private PriorityQueue<(Guid Id, float Cosine), float> BestOf(int number, VectorSearch search)
    {
        var chunk = chunks[number];
        var rows = Math.Min(RowsAtOnce, count - (number * RowsAtOnce));
        var best = new PriorityQueue<(Guid, float), float>();
        for (var row = 0; row < rows; row++)
        {
            var (id, scale, lowLength) = chunk.Rows[row];
            var cosine = Byte * scale * search.Dot(chunk.HighOf(row, width));
            if (cosine + (lowLength * search.Length) < search.Least)
            {
                continue;
            }

            cosine += scale * search.Dot(chunk.LowOf(row, width));
            if (cosine >= search.Least)
            {
                search.Keep(best, id, cosine);
            }
        }

        return best;
    }

    private (Chunk Chunk, int Row) Place(int number) => (chunks[number / RowsAtOnce], number % RowsAtOnce);

    /// <param name="Scale">The value of a 1 in the low byte.</param>
    /// <param name="LowLength">The length of the vector of the low bytes.</param>
    private readonly record struct Row(Guid Id, float Scale, float LowLength);

    private sealed record Chunk(Row[] Rows, sbyte[] High, sbyte[] Low)
    {
        public Span<sbyte> HighOf(int row, int width) => High.AsSpan(row * width, width);

        public Span<sbyte> LowOf(int row, int width) => Low.AsSpan(row * width, width);
    }
}
