using PromptCanvas.Diffusion.Onnx.Protos;

namespace PromptCanvas.Diffusion.Onnx.Graphs;

/// <summary>Linear layers with weights of 8 bits: each block of 64 values of a row has a scale of its own.</summary>
/// <remarks>
/// The operator quantises its input row by row, so a row gives the same result in any batch. Small layers are not quantised: they take
/// nothing and carry the time embedding and the norms' scales.
/// </remarks>
internal static class QuantizedLinears
{
    /// <summary>Values that share a scale.</summary>
    public const int BlockSize = 64;

    /// <summary>The zero point.</summary>
    public const int Zero = 128;

    /// <summary>The domain of the operator.</summary>
    public const string Domain = "com.microsoft";

    private const int Bits = 8;
    private const int ComputesInBytes = 4;
    private const int SmallestValues = 1 << 18;
    private const int SmallestWidth = 128;

    /// <summary>The name of a weight's bytes.</summary>
    public static string BytesName(string weight) => weight + ":bytes";

    /// <summary>The name of a weight's scales.</summary>
    public static string ScalesName(string weight) => weight + ":scales";

    /// <summary>The weights of a network's linear layers that are quantised: (out, in), used by one matrix product.</summary>
    public static IReadOnlyList<WeightSpec> Of(IReadOnlyList<WeightSpec> weights) =>
        [.. weights.Where(weight => weight.IsLinear && IsLargeEnough(weight.Shape[0], weight.Shape[1]))];

    /// <summary>Whether a linear layer's weight, (rows, width), is quantised.</summary>
    public static bool IsLargeEnough(long rows, long width) => rows * width >= SmallestValues && width >= SmallestWidth;

    /// <summary>Bytes of a quantised weight, (rows, width), with its scales.</summary>
    public static long BytesOf(long rows, long width) => rows * ((width + BlockSize - 1) / BlockSize) * (BlockSize + sizeof(float));

    /// <summary>Replaces the matrix products with the quantised weights.</summary>
    /// <param name="graph">The network; changed.</param>
    /// <param name="weights">From <see cref="Of"/>.</param>
    public static void Replace(GraphProto graph, IReadOnlyList<WeightSpec> weights)
    {
        var byName = weights.ToDictionary(weight => weight.Name, StringComparer.Ordinal);
        var transposes = graph.Node
            .Where(node => node.OpType == "Transpose" && byName.ContainsKey(node.Input[0]))
            .ToDictionary(node => node.Output[0], node => byName[node.Input[0]], StringComparer.Ordinal);
        foreach (var node in graph.Node.Where(node => node.OpType == "MatMul" && transposes.ContainsKey(node.Input[1])))
        {
            var weight = transposes[node.Input[1]];
            node.OpType = "MatMulNBits";
            node.Domain = Domain;
            node.Input[1] = BytesName(weight.Name);
            node.Input.Add(ScalesName(weight.Name));
            node.Attribute.Add(Attribute.Integer("K", weight.Shape[1]));
            node.Attribute.Add(Attribute.Integer("N", weight.Shape[0]));
            node.Attribute.Add(Attribute.Integer("bits", Bits));
            node.Attribute.Add(Attribute.Integer("block_size", BlockSize));
            node.Attribute.Add(Attribute.Integer("accuracy_level", ComputesInBytes));
        }

        for (var index = graph.Node.Count - 1; index >= 0; index--)
        {
            if (transposes.ContainsKey(graph.Node[index].Output[0]))
            {
                graph.Node.RemoveAt(index);
            }
        }
    }

    /// <summary>Quantises rows of a weight.</summary>
    /// <param name="values">(rows, width) flattened.</param>
    /// <param name="width">Values of a row.</param>
    /// <param name="bytes">(rows, blocks, <see cref="BlockSize"/>) flattened; the last block of a row is filled up with zeros.</param>
    /// <param name="scales">(rows, blocks) flattened.</param>
    public static void Quantize(ReadOnlySpan<float> values, int width, Span<byte> bytes, Span<float> scales)
    {
        var blocks = (width + BlockSize - 1) / BlockSize;
        bytes.Fill(Zero);
        for (var block = 0; block < scales.Length; block++)
        {
            var start = (block / blocks * width) + (block % blocks * BlockSize);
            var part = values.Slice(start, Math.Min(BlockSize, ((block / blocks) + 1) * width - start));
            var largest = 0f;
            foreach (var value in part)
            {
                largest = Math.Max(largest, Math.Abs(value));
            }

            var scale = largest / (Zero - 1);
            scales[block] = scale;
            for (var index = 0; index < part.Length && scale > 0; index++)
            {
                bytes[(block * BlockSize) + index] = (byte)(Zero + (int)MathF.Round(part[index] / scale));
            }
        }
    }
}
