using PromptCanvas.Diffusion.Networks;

namespace PromptCanvas.Diffusion.Onnx.Sessions;

/// <summary>Fills rows up to a power of two by repeating the last one: an accelerator then sees few shapes, and prepares each once.</summary>
internal static class RowBuckets
{
    /// <summary>The power of two at or above a number of rows.</summary>
    public static int Of(int rows) => (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)rows);

    /// <summary>Inputs with more rows.</summary>
    public static Dictionary<string, NetworkTensor> Fill(IReadOnlyDictionary<string, NetworkTensor> inputs, int rows) =>
        inputs.ToDictionary(input => input.Key, input => Fill(input.Value, rows), StringComparer.Ordinal);

    /// <summary>The first rows of an output.</summary>
    public static NetworkTensor Cut(NetworkTensor tensor, int rows) =>
        NetworkTensor.Float32(tensor.Floats.AsSpan(0, rows * tensor.RowLength).ToArray(), [rows, .. tensor.Shape.Skip(1)]);

    private static NetworkTensor Fill(NetworkTensor tensor, int rows)
    {
        int[] shape = [rows, .. tensor.Shape.Skip(1)];
        return tensor.IsFloat
            ? NetworkTensor.Float32(Fill<float>(tensor.Floats, tensor.RowLength, rows), shape)
            : NetworkTensor.Int64(Fill<long>(tensor.Integers, tensor.RowLength, rows), shape);
    }

    private static T[] Fill<T>(ReadOnlySpan<T> values, int length, int rows)
    {
        var filled = new T[rows * length];
        values.CopyTo(filled);
        for (var start = values.Length; start < filled.Length; start += length)
        {
            values[^length..].CopyTo(filled.AsSpan(start));
        }

        return filled;
    }
}
