using PromptCanvas.Diffusion.Networks;

namespace PromptCanvas.Diffusion.Onnx.Graphs;

/// <summary>The smallest inputs that a network takes; their values mean nothing.</summary>
internal static class SmallestInputs
{
    /// <param name="graph">The network's operators.</param>
    /// <returns>The inputs by name, with one row, and the values of the letters in their shapes.</returns>
    public static (Dictionary<string, NetworkTensor> Inputs, Dictionary<string, int> Symbols) Of(NetworkGraph graph)
    {
        // A letter's value is a multiple of every size that stands with it; in these networks the sizes are powers of two.
        var symbols = graph.Inputs.SelectMany(spec => spec.Shape).Where(dimension => dimension.Symbol is not null)
            .GroupBy(dimension => dimension.Symbol!, StringComparer.Ordinal)
            .ToDictionary(letter => letter.Key, letter => letter.Max(dimension => dimension.Size), StringComparer.Ordinal);
        return (graph.Inputs.ToDictionary(spec => spec.Name, spec => Of(spec, symbols), StringComparer.Ordinal), symbols);
    }

    private static NetworkTensor Of(TensorSpec spec, Dictionary<string, int> symbols)
    {
        var shape = spec.ShapeFor(symbols);
        var length = shape.Aggregate(1, (product, size) => product * size);
        return spec.IsFloat
            ? NetworkTensor.Float32(new float[length], shape)
            : NetworkTensor.Int64([.. Enumerable.Repeat(Math.Clamp(0, spec.Minimum, spec.Maximum), length)], shape);
    }
}
