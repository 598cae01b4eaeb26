using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using PromptCanvas.Diffusion.Onnx.Checkpoints;

namespace PromptCanvas.Diffusion.Onnx.Tests.Checkpoints;

/// <summary>Makes 16-bit copies of float32 safetensors files, rounding half to even.</summary>
internal static class HalfPrecision
{
    public static void Convert(string source, string target, string type)
    {
        var file = SafetensorsFile.Open(source);
        var header = new StringBuilder("{");
        using var data = new MemoryStream();
        foreach (var (name, entry) in file.Tensors)
        {
            var begin = data.Position;
            foreach (var value in file.ReadFloats(name))
            {
                WriteValue(data, value, type);
            }

            header.Append(header.Length > 1 ? "," : "");
            header.Append(CultureInfo.InvariantCulture, $"\"{name}\":{{\"dtype\":\"{type}\",\"shape\":[{string.Join(',', entry.Shape)}],\"data_offsets\":[{begin},{data.Position}]}}");
        }

        var json = Encoding.UTF8.GetBytes(header.Append('}').ToString());
        var prefix = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(prefix, json.Length);
        File.WriteAllBytes(target, [.. prefix, .. json, .. data.ToArray()]);
    }

    private static void WriteValue(MemoryStream data, float value, string type)
    {
        Span<byte> bytes = stackalloc byte[2];
        if (type == "F16")
        {
            BinaryPrimitives.WriteHalfLittleEndian(bytes, (Half)value);
        }
        else
        {
            var bits = BitConverter.SingleToUInt32Bits(value);
            BinaryPrimitives.WriteUInt16LittleEndian(bytes, (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16));
        }

        data.Write(bytes);
    }
}
