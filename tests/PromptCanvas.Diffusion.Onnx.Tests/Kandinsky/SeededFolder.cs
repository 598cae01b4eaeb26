using PromptCanvas.Diffusion.Networks;
using PromptCanvas.Diffusion.Onnx.Checkpoints;
using PromptCanvas.Diffusion.Onnx.Graphs;

namespace PromptCanvas.Diffusion.Onnx.Tests.Kandinsky;

/// <summary>Writes folders of models whose weights follow from their names: the same on every machine.</summary>
internal static class SeededFolder
{
    /// <summary>Writes an index.</summary>
    public static void Index(string folder, string pipeline, string components) =>
        Text(folder, "", "model_index.json", $$"""{"_class_name":"{{pipeline}}",{{components}}}""");

    /// <summary>Writes a component: its config, and the weights that its graph asks for.</summary>
    /// <param name="salt">Begins the names that the weights follow from.</param>
    public static void Component(string folder, string name, string json, Func<ComponentConfig, NetworkGraph> build, string file, string salt)
    {
        Text(folder, name, "config.json", json);
        var graph = build(ComponentConfig.Open(Path.Combine(folder, name, "config.json")));
        SafetensorsWriter.Write(
            Path.Combine(folder, name, file),
            graph.Weights.ToDictionary(weight => weight.Name, weight => Weight($"{salt}/{name}/{weight.Name}", weight.Shape)));
    }

    /// <summary>Writes a file.</summary>
    public static void Text(string folder, string component, string file, string text) =>
        File.WriteAllText(Path.Combine(Directory.CreateDirectory(Path.Combine(folder, component)).FullName, file), text);

    /// <summary>Layers keep the size of what passes through them; scales of norms and statistics stay near one.</summary>
    public static NetworkTensor Weight(string name, int[] shape)
    {
        var count = shape.Aggregate(1, (product, size) => product * size);
        var isDeviation = name.EndsWith("/clip_std", StringComparison.Ordinal) || name.EndsWith("/std", StringComparison.Ordinal);
        var isMean = name.EndsWith("/clip_mean", StringComparison.Ordinal) || name.EndsWith("/mean", StringComparison.Ordinal);
        var isLayer = shape.Length > 1 && !isDeviation && !isMean;
        var values = Seeded.Uniform(name, count, isLayer ? Math.Sqrt(3.0 * shape[0] / count) : 0.1);
        var isScale = isDeviation || (!isLayer && name.EndsWith("weight", StringComparison.Ordinal));
        return NetworkTensor.Float32(isScale ? Array.ConvertAll(values, value => 1 + value) : values, shape);
    }
}
