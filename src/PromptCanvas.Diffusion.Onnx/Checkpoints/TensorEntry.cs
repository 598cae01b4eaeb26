namespace PromptCanvas.Diffusion.Onnx.Checkpoints;

/// <summary>The location of one tensor in a safetensors file.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">How its values are stored.</param>
/// <param name="Shape">Its sizes; empty for a single value.</param>
/// <param name="Offset">Where its bytes begin, from the start of the file.</param>
/// <param name="Length">How many bytes it has.</param>
public sealed record TensorEntry(string Name, TensorType Type, IReadOnlyList<long> Shape, long Offset, long Length)
{
    /// <summary>The number of values.</summary>
    public long Count => Length / Type.Size();

    internal string ShapeText => ShapeNames.Text(Shape);
}

internal static class ShapeNames
{
    /// <summary>A shape as people write it: (2, 3).</summary>
    public static string Text<T>(IEnumerable<T> shape) => $"({string.Join(", ", shape)})";

    /// <summary>A name taken from a file, fit for a message: short, and on one line.</summary>
    public static string Printable(string name)
    {
        var shown = name.Length <= 120 ? name : string.Concat(name.AsSpan(0, 117), "...");
        return string.Concat(shown.Select(letter => char.IsControl(letter) ? '?' : letter));
    }
}
