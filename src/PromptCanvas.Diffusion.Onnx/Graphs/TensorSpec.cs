using PromptCanvas.Diffusion.Networks;
using PromptCanvas.Diffusion.Onnx.Checkpoints;

namespace PromptCanvas.Diffusion.Onnx.Graphs;

/// <summary>One size of an input or output: fixed, or a letter that must mean the same everywhere in one run.</summary>
/// <param name="Symbol">The letter; null when the size is fixed.</param>
/// <param name="Size">The fixed size, or the divisor of the letter's value.</param>
internal readonly record struct Dimension(string? Symbol, int Size)
{
    /// <summary>The number of rows.</summary>
    public static Dimension Batch => new("B", 1);

    /// <summary>Factor of an output's letter; 0 and 1 = unchanged.</summary>
    public int Multiplier { get; init; }

    /// <summary>Divisor of an output's letter; 0 and 1 = unchanged.</summary>
    public int Divisor { get; init; }

    /// <summary>The size in one run.</summary>
    /// <param name="symbols">The sizes by letter.</param>
    public int In(IReadOnlyDictionary<string, int> symbols) =>
        Symbol is null ? Size : symbols[Symbol] * Math.Max(1, Multiplier) / Math.Max(1, Divisor);

    public static implicit operator Dimension(int size) => new(null, size);

    /// <inheritdoc/>
    public override string ToString() => Symbol switch
    {
        null => Size.ToString(System.Globalization.CultureInfo.InvariantCulture),
        _ when Multiplier > 1 => $"{Multiplier}{Symbol}",
        _ when Divisor > 1 => $"{Symbol}/{Divisor}",
        _ => Symbol,
    };
}

/// <summary>An input or output of a network.</summary>
/// <param name="Name">Its name.</param>
/// <param name="IsFloat">32-bit floats, or 64-bit integers.</param>
/// <param name="Shape">Its sizes, batch first.</param>
internal sealed record TensorSpec(string Name, bool IsFloat, IReadOnlyList<Dimension> Shape)
{
    /// <summary>The smallest integer allowed.</summary>
    public long Minimum { get; init; } = long.MinValue;

    /// <summary>The largest integer allowed.</summary>
    public long Maximum { get; init; } = long.MaxValue;

    /// <summary>Checks a tensor against this spec.</summary>
    /// <param name="network">The network's name, for messages.</param>
    /// <param name="tensor">The caller's tensor.</param>
    /// <param name="symbols">The letters' values so far; letters met here are added.</param>
    /// <exception cref="ArgumentException">Wrong type, shape or values.</exception>
    public void Check(string network, NetworkTensor tensor, Dictionary<string, int> symbols)
    {
        if (tensor.IsFloat != IsFloat)
        {
            throw new ArgumentException($"{network}: the input '{Name}' holds {(IsFloat ? "32-bit floats" : "64-bit integers")}, nothing else.");
        }

        var fits = tensor.Shape.Count == Shape.Count;
        for (var axis = 0; fits && axis < Shape.Count; axis++)
        {
            fits = Fits(Shape[axis], tensor.Shape[axis], symbols);
        }

        if (!fits)
        {
            throw new ArgumentException(
                $"{network}: the input '{Name}' has shape {ShapeNames.Text(tensor.Shape)} where {ShapeNames.Text(Shape)} is expected"
                + $"{Rules(symbols)}.");
        }

        if (!IsFloat)
        {
            CheckRange(network, tensor.Integers);
        }
    }

    /// <summary>The sizes in one run.</summary>
    /// <param name="symbols">The letters' values; those of an output are letters of the inputs.</param>
    public int[] ShapeFor(IReadOnlyDictionary<string, int> symbols) =>
        [.. Shape.Select(dimension => dimension.In(symbols))];

    private static bool Fits(Dimension expected, int actual, Dictionary<string, int> symbols)
    {
        if (expected.Symbol is null)
        {
            return actual == expected.Size;
        }

        if (symbols.TryGetValue(expected.Symbol, out var known))
        {
            return actual == known;
        }

        symbols.Add(expected.Symbol, actual);
        return actual > 0 && actual % expected.Size == 0;
    }

    private string Rules(Dictionary<string, int> symbols)
    {
        var rules = Shape.Where(dimension => dimension.Symbol is not null).Select(dimension =>
            dimension.Size > 1 ? $"{dimension.Symbol} a multiple of {dimension.Size}"
            : symbols.TryGetValue(dimension.Symbol!, out var known) ? $"{dimension.Symbol} = {known}" : $"{dimension.Symbol} at least 1");
        return " with " + string.Join(", ", rules);
    }

    private void CheckRange(string network, long[] values)
    {
        foreach (var value in values)
        {
            if (value < Minimum || value > Maximum)
            {
                throw new ArgumentException($"{network}: the input '{Name}' holds {value}; allowed are {Minimum} to {Maximum}.");
            }
        }
    }
}
