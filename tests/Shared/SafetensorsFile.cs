using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace PromptCanvas.Tests.Shared;

/// <summary>A small safetensors file, read whole: F32 and I64 only. For tests; little-endian machines.</summary>
internal sealed class SafetensorsFile
{
    private readonly byte[] bytes;
    private readonly int dataStart;
    private readonly Dictionary<string, Entry> entries = [];

    public SafetensorsFile(string path)
    {
        bytes = File.ReadAllBytes(path);
        var headerLength = checked((int)BinaryPrimitives.ReadInt64LittleEndian(bytes));
        dataStart = 8 + headerLength;
        using var header = JsonDocument.Parse(bytes.AsMemory(8, headerLength));
        foreach (var property in header.RootElement.EnumerateObject())
        {
            if (property.Name != "__metadata__")
            {
                entries[property.Name] = Entry.Read(property.Value);
            }
        }
    }

    public IReadOnlyCollection<string> Names => entries.Keys;

    public int[] Shape(string name) => entries[name].Shape;

    public float[] Floats(string name) => Read<float>(name, "F32");

    public long[] Longs(string name) => Read<long>(name, "I64");

    /// <summary>One row of the first axis.</summary>
    public float[] Row(string name, int row)
    {
        var values = Floats(name);
        var length = values.Length / Shape(name)[0];
        return values.AsSpan(row * length, length).ToArray();
    }

    private T[] Read<T>(string name, string type)
        where T : unmanaged
    {
        var entry = entries[name];
        if (entry.Type != type)
        {
            throw new InvalidOperationException($"{name} is {entry.Type}, not {type}.");
        }

        return MemoryMarshal.Cast<byte, T>(bytes.AsSpan(dataStart + entry.Begin, entry.End - entry.Begin)).ToArray();
    }

    private sealed record Entry(string Type, int[] Shape, int Begin, int End)
    {
        public static Entry Read(JsonElement element)
        {
            var offsets = element.GetProperty("data_offsets");
            var shape = new List<int>();
            foreach (var length in element.GetProperty("shape").EnumerateArray())
            {
                shape.Add(length.GetInt32());
            }

            return new Entry(element.GetProperty("dtype").GetString()!, [.. shape], offsets[0].GetInt32(), offsets[1].GetInt32());
        }
    }
}
