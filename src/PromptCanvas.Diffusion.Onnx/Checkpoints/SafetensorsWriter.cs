using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;
using PromptCanvas.Diffusion.Networks;

namespace PromptCanvas.Diffusion.Onnx.Checkpoints;

/// <summary>Writes tensors as a safetensors file: floats as F32, integers as I64.</summary>
public static class SafetensorsWriter
{
    /// <summary>Writes a new file, or replaces one as a whole.</summary>
    /// <param name="path">The file.</param>
    /// <param name="tensors">The tensors by name.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(string path, IReadOnlyDictionary<string, NetworkTensor> tensors)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(tensors);

        var names = tensors.Keys.Order(StringComparer.Ordinal).ToArray();
        var header = Header(tensors, names);
        var unfinished = path + ".tmp";
        using (var stream = File.Create(unfinished))
        {
            Span<byte> prefix = stackalloc byte[8];
            BinaryPrimitives.WriteUInt64LittleEndian(prefix, (ulong)header.Length);
            stream.Write(prefix);
            stream.Write(header);
            foreach (var name in names)
            {
                WriteValues(stream, tensors[name]);
            }
        }

        File.Move(unfinished, path, overwrite: true);
    }

    private static byte[] Header(IReadOnlyDictionary<string, NetworkTensor> tensors, string[] names)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            long begin = 0;
            foreach (var name in names)
            {
                var end = begin + ByteLength(tensors[name]);
                WriteEntry(writer, name, tensors[name], begin, end);
                begin = end;
            }

            writer.WriteEndObject();
        }

        // Spaces after the JSON bring the data to a multiple of eight bytes, so that readers can map it.
        var header = new byte[(buffer.WrittenCount + 7) / 8 * 8];
        header.AsSpan().Fill((byte)' ');
        buffer.WrittenSpan.CopyTo(header);
        return header;
    }

    private static void WriteEntry(Utf8JsonWriter writer, string name, NetworkTensor tensor, long begin, long end)
    {
        writer.WriteStartObject(name);
        writer.WriteString("dtype", (tensor.IsFloat ? TensorType.Float32 : TensorType.Int64).HeaderName());
        writer.WriteStartArray("shape");
        foreach (var size in tensor.Shape)
        {
            writer.WriteNumberValue(size);
        }

        writer.WriteEndArray();
        writer.WriteStartArray("data_offsets");
        writer.WriteNumberValue(begin);
        writer.WriteNumberValue(end);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static long ByteLength(NetworkTensor tensor) =>
        tensor.IsFloat ? tensor.Floats.LongLength * sizeof(float) : tensor.Integers.LongLength * sizeof(long);

    private static void WriteValues(Stream stream, NetworkTensor tensor)
    {
        if (!BitConverter.IsLittleEndian)
        {
            throw new PlatformNotSupportedException("Safetensors files are written on little-endian machines only.");
        }

        stream.Write(tensor.IsFloat ? MemoryMarshal.AsBytes<float>(tensor.Floats) : MemoryMarshal.AsBytes<long>(tensor.Integers));
    }
}
