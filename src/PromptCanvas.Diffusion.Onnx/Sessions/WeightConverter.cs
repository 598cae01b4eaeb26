using System.Buffers.Binary;
using System.Runtime.InteropServices;
using PromptCanvas.Diffusion.Onnx.Checkpoints;
using PromptCanvas.Diffusion.Onnx.Graphs;

namespace PromptCanvas.Diffusion.Onnx.Sessions;

/// <summary>Writes a checkpoint's weights once in the form the CPU computes with, a piece at a time: nothing of them stays in memory.</summary>
internal static class WeightConverter
{
    private const string FileName = "weights.bin";
    private const int PieceValues = 1 << 20;
    private const int Alignment = 64;

    /// <summary>Writes 16-bit weights as 32-bit floats, and linear layers in 8 bits where asked.</summary>
    /// <param name="graph">The network.</param>
    /// <param name="weights">Its checkpoint.</param>
    /// <param name="precision">The precision of the computation.</param>
    /// <param name="folder">Where the file goes; made if it is missing.</param>
    /// <returns>Every initializer of the network.</returns>
    /// <exception cref="ModelException">A weight cannot be read.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static Dictionary<string, StoredTensor> Write(NetworkGraph graph, ComponentWeights weights, InferencePrecision precision, string folder)
    {
        Directory.CreateDirectory(folder);
        var tensors = new Dictionary<string, StoredTensor>(StringComparer.Ordinal);
        var quantized = precision == InferencePrecision.Int8 ? QuantizedLinears.Of(graph.Weights).Select(weight => weight.Name).ToHashSet(StringComparer.Ordinal) : [];
        using var stream = new FileStream(Path.Combine(folder, FileName), FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 1 << 20);
        foreach (var weight in graph.Weights.Where(weight => !weight.HostOnly))
        {
            if (quantized.Contains(weight.Name))
            {
                WriteBytes(stream, weights, weight, tensors);
            }
            else
            {
                WriteFloats(stream, weights, weight, tensors);
            }
        }

        return tensors;
    }

    /// <summary>Whether the CPU computes with converted weights instead of the checkpoint's.</summary>
    public static bool IsNeeded(NetworkGraph graph, ComponentWeights weights, InferencePrecision precision) =>
        (precision == InferencePrecision.Int8 && QuantizedLinears.Of(graph.Weights).Count > 0)
        || graph.Weights.Any(weight => !weight.HostOnly && !weight.KeepsStoredType && weights.Find(weight.Name)!.Type != TensorType.Float32);

    private static void WriteFloats(FileStream stream, ComponentWeights weights, WeightSpec weight, Dictionary<string, StoredTensor> tensors)
    {
        var entry = weights.Find(weight.Name)!;
        var keeps = weight.KeepsStoredType || entry.Type == TensorType.Int64;
        var start = Align(stream);
        foreach (var piece in weights.ReadPieces(weight.Name, PieceValues))
        {
            stream.Write(keeps ? piece.Span : MemoryMarshal.AsBytes<float>(Floats(piece.Span, entry.Type)));
        }

        tensors.Add(weight.Name, Stored(keeps ? OnnxTypes.NumberOf(entry.Type) : OnnxTypes.Float, [.. weight.GraphShape.Select(size => (long)size)], start, stream.Position));
    }

    /// <summary>Writes a linear layer's bytes and scales, as many whole rows at a time as fit a piece.</summary>
    private static void WriteBytes(FileStream stream, ComponentWeights weights, WeightSpec weight, Dictionary<string, StoredTensor> tensors)
    {
        var type = weights.Find(weight.Name)!.Type;
        var (rows, width) = (weight.Shape[0], weight.Shape[1]);
        var blocks = (width + QuantizedLinears.BlockSize - 1) / QuantizedLinears.BlockSize;
        var scales = new float[rows * blocks];
        var start = Align(stream);
        var row = 0;
        foreach (var piece in weights.ReadPieces(weight.Name, Math.Max(1, PieceValues / width) * width))
        {
            var values = Floats(piece.Span, type);
            var count = values.Length / width;
            var bytes = new byte[count * blocks * QuantizedLinears.BlockSize];
            QuantizedLinears.Quantize(values, width, bytes, scales.AsSpan(row * blocks, count * blocks));
            stream.Write(bytes);
            row += count;
        }

        tensors.Add(
            QuantizedLinears.BytesName(weight.Name), Stored(OnnxTypes.UnsignedByte, [rows, blocks, QuantizedLinears.BlockSize], start, stream.Position));
        start = Align(stream);
        stream.Write(MemoryMarshal.AsBytes<float>(scales));
        tensors.Add(QuantizedLinears.ScalesName(weight.Name), Stored(OnnxTypes.Float, [rows, blocks], start, stream.Position));
    }

    private static StoredTensor Stored(int type, long[] shape, long start, long end) => new(type, shape, FileName, start, end - start);

    private static long Align(FileStream stream)
    {
        stream.Write(new byte[(Alignment - (int)(stream.Position % Alignment)) % Alignment]);
        return stream.Position;
    }

    private static float[] Floats(ReadOnlySpan<byte> bytes, TensorType type)
    {
        var values = new float[bytes.Length / type.Size()];
        switch (type)
        {
            case TensorType.Float32:
                bytes.CopyTo(MemoryMarshal.AsBytes(values.AsSpan()));
                break;
            case TensorType.Float16:
                System.Numerics.Tensors.TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<byte, Half>(bytes), values);
                break;
            default:
                for (var index = 0; index < values.Length; index++)
                {
                    values[index] = BitConverter.UInt32BitsToSingle((uint)BinaryPrimitives.ReadUInt16LittleEndian(bytes[(index * 2)..]) << 16);
                }

                break;
        }

        return values;
    }
}
