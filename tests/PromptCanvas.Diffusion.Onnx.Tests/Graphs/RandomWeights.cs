using PromptCanvas.Diffusion.Networks;
using PromptCanvas.Diffusion.Onnx.Checkpoints;
using PromptCanvas.Diffusion.Onnx.Graphs;
using PromptCanvas.Diffusion.Onnx.Sessions;

namespace PromptCanvas.Diffusion.Onnx.Tests.Graphs;

/// <summary>Networks of any size with random weights, for what does not depend on their values.</summary>
internal static class RandomWeights
{
    /// <summary>Writes weights for a graph's whole table and opens it.</summary>
    public static OnnxNetwork Open(NetworkGraph graph, string folder)
    {
        var random = new Random(1);
        SafetensorsWriter.Write(
            Path.Combine(folder, "model.safetensors"),
            graph.Weights.ToDictionary(weight => weight.Name, weight => Weight(random, weight.Shape)));
        return new OnnxNetwork("random", graph, ComponentWeights.Open(folder), Fixtures.Cpu);
    }

    /// <summary>Random inputs that a graph accepts.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="rows">B.</param>
    /// <param name="side">H and W.</param>
    public static Dictionary<string, NetworkTensor> Inputs(NetworkGraph graph, int rows, int side)
    {
        var random = new Random(2);
        return graph.Inputs.ToDictionary(spec => spec.Name, spec =>
        {
            int[] shape = [.. spec.Shape.Select(size => size.Symbol is null ? size.Size : size.Symbol == "B" ? rows : side)];
            var count = shape.Aggregate(1, (product, size) => product * size);
            return spec.IsFloat
                ? NetworkTensor.Float32(Values(random, count, 1), shape)
                : NetworkTensor.Int64([.. Enumerable.Range(0, count).Select(_ => random.NextInt64(0, Math.Min(1000, spec.Maximum + 1)))], shape);
        });
    }

    private static NetworkTensor Weight(Random random, int[] shape)
    {
        var count = shape.Aggregate(1, (product, size) => product * size);

        // Layers keep the size of what passes through them; scales of norms stay near one.
        var scale = shape.Length > 1 ? Math.Sqrt(3.0 * shape[0] / count) : 0.1;
        var values = Values(random, count, scale);
        return NetworkTensor.Float32(shape.Length > 1 ? values : [.. values.Select(value => 1 + value)], shape);
    }

    private static float[] Values(Random random, int count, double scale)
    {
        var values = new float[count];
        for (var index = 0; index < count; index++)
        {
            values[index] = (float)(((2 * random.NextDouble()) - 1) * scale);
        }

        return values;
    }
}
