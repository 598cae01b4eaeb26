using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace PromptCanvas.Generation.Library;

/// <summary>One search among <see cref="UnitVectors"/>: its query in whole numbers, and the least cosine that is still among the closest.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class VectorSearch
{
    private readonly short[] values;
    private readonly float scale;
    private readonly int most;
    private volatile float least = float.NegativeInfinity;

    public VectorSearch(ReadOnlySpan<float> wanted, int most)
    {
        // A sum of products with signed bytes fits into 32 bits.
        var largest = Math.Min(short.MaxValue, int.MaxValue / (-sbyte.MinValue * wanted.Length));
        var step = MathF.Abs(TensorPrimitives.MaxMagnitude(wanted)) / largest;
        values = [.. wanted.ToArray().Select(value => (short)MathF.Round(value / step))];
        (scale, this.most) = (step, most);
        Length = step * MathF.Sqrt(values.Sum(value => (float)value * value));
    }

    /// <summary>The length of the rounded query, close to 1.</summary>
    public float Length { get; }

    /// <summary>Vectors with a smaller cosine are not among the closest.</summary>
    public float Least => least;

    /// <summary>The product with a row of bytes.</summary>
    public float Dot(ReadOnlySpan<sbyte> row) => scale * Sum(row, values);

    /// <summary>Keeps a vector among the closest of its chunk.</summary>
    public void Keep(PriorityQueue<(Guid Id, float Cosine), float> best, Guid id, float cosine)
    {
        if (best.Count < most)
        {
            best.Enqueue((id, cosine), cosine);
        }
        else
        {
            best.EnqueueDequeue((id, cosine), cosine);
        }

        if (best.Count == most && best.TryPeek(out _, out var last))
        {
            Raise(last);
        }
    }

    private void Raise(float reached)
    {
        var seen = least;
        while (reached > seen)
        {
            var before = Interlocked.CompareExchange(ref least, reached, seen);
            if (before == seen)
            {
                return;
            }

            seen = before;
        }
    }

    // Called a million times by a studio's first search already.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Sum(ReadOnlySpan<sbyte> row, ReadOnlySpan<short> values)
    {
        var (sum, at) = (Vector512<int>.Zero, 0);
        for (; at <= row.Length - Vector512<sbyte>.Count; at += Vector512<sbyte>.Count)
        {
            var (lower, upper) = Vector512.Widen(Vector512.Create(row[at..]));
            sum += Products(lower, Vector512.Create(values[at..]));
            sum += Products(upper, Vector512.Create(values[(at + Vector512<short>.Count)..]));
        }

        var total = Vector512.Sum(sum);
        for (; at < row.Length; at++)
        {
            total += row[at] * values[at];
        }

        return total;
    }

    // The sums of pairs of products; which pairs does not matter.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Products(Vector512<short> left, Vector512<short> right)
    {
        if (Avx512BW.IsSupported)
        {
            return Avx512BW.MultiplyAddAdjacent(left, right);
        }

        if (Avx2.IsSupported)
        {
            return Vector512.Create(Avx2.MultiplyAddAdjacent(left.GetLower(), right.GetLower()), Avx2.MultiplyAddAdjacent(left.GetUpper(), right.GetUpper()));
        }

        var ((leftLower, leftUpper), (rightLower, rightUpper)) = (Vector512.Widen(left), Vector512.Widen(right));
        return (leftLower * rightLower) + (leftUpper * rightUpper);
    }
}
