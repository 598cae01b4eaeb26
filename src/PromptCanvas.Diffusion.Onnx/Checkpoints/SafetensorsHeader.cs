using System.Buffers.Binary;
using System.Text.Json;

namespace PromptCanvas.Diffusion.Onnx.Checkpoints;

/// <summary>Reads and checks the header of a safetensors file: nothing in it is believed before it fits the file.</summary>
internal static class SafetensorsHeader
{
    /// <summary>The longest header read, in bytes.</summary>
    public const int MaximumLength = 100_000_000;

    private const int PrefixLength = 8;
    private const int MaximumRank = 8;

    /// <summary>Reads the tensors of a file.</summary>
    /// <param name="stream">The whole file, at its beginning.</param>
    /// <param name="shownName">The file's name for messages.</param>
    /// <exception cref="ModelException">The file is not a sound safetensors file.</exception>
    public static Dictionary<string, TensorEntry> Read(Stream stream, string shownName)
    {
        var json = ReadJson(stream, shownName);
        var dataStart = PrefixLength + (long)json.Length;
        try
        {
            using var document = JsonDocument.Parse(json);
            var entries = ReadEntries(document.RootElement, dataStart, stream.Length, shownName);
            CheckCoverage(entries.Values, dataStart, stream.Length, shownName);
            return entries;
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            throw new ModelException($"{shownName} is damaged: its header is not JSON. Download it again.", fault);
        }
    }

    private static byte[] ReadJson(Stream stream, string shownName)
    {
        Span<byte> prefix = stackalloc byte[PrefixLength + 1];
        var read = stream.ReadAtLeast(prefix, prefix.Length, throwOnEndOfStream: false);
        var length = read < prefix.Length ? 0 : BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (length is < 2 or > MaximumLength || length > (ulong)(stream.Length - PrefixLength) || prefix[PrefixLength] != '{')
        {
            throw new ModelException($"{shownName} {ForeignContent.Describe(prefix[..read])}");
        }

        var json = new byte[(int)length];
        json[0] = prefix[PrefixLength];
        stream.ReadExactly(json, 1, json.Length - 1);
        return json;
    }

    private static Dictionary<string, TensorEntry> ReadEntries(JsonElement root, long dataStart, long fileLength, string shownName)
    {
        var entries = new Dictionary<string, TensorEntry>(StringComparer.Ordinal);
        foreach (var property in root.EnumerateObject())
        {
            if (property.Name == "__metadata__")
            {
                continue;
            }

            var entry = ReadEntry(property, dataStart, fileLength, shownName);
            if (!entries.TryAdd(entry.Name, entry))
            {
                throw Damaged(shownName, entry.Name, "is listed twice");
            }
        }

        return entries;
    }

    private static TensorEntry ReadEntry(JsonProperty property, long dataStart, long fileLength, string shownName)
    {
        var name = property.Name;
        if (property.Value.ValueKind != JsonValueKind.Object
            || !property.Value.TryGetProperty("dtype", out var typeName) || typeName.ValueKind != JsonValueKind.String
            || !property.Value.TryGetProperty("shape", out var shapeValue) || ReadNumbers(shapeValue, MaximumRank) is not { } shape
            || !property.Value.TryGetProperty("data_offsets", out var offsetValue) || ReadNumbers(offsetValue, 2) is not [var begin, var end])
        {
            throw Damaged(shownName, name, "has no readable type, shape and position");
        }

        if (TensorTypes.Parse(typeName.GetString()) is not { } type)
        {
            throw new ModelException(
                $"{shownName}: the tensor '{ShapeNames.Printable(name)}' is stored as {ShapeNames.Printable(typeName.GetString()!)}; "
                + "the engine reads F32, F16, BF16 and I64. Convert the file.");
        }

        if (begin > end || end > fileLength - dataStart)
        {
            throw Damaged(shownName, name, "lies outside the file");
        }

        if (!HasSize(shape, type.Size(), end - begin))
        {
            throw Damaged(shownName, name, $"has {end - begin} bytes, which do not make the shape {ShapeNames.Text(shape)}");
        }

        return new TensorEntry(name, type, shape, dataStart + begin, end - begin);
    }

    private static long[]? ReadNumbers(JsonElement value, int maximumCount)
    {
        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() > maximumCount)
        {
            return null;
        }

        var numbers = new long[value.GetArrayLength()];
        for (var index = 0; index < numbers.Length; index++)
        {
            if (value[index].ValueKind != JsonValueKind.Number || !value[index].TryGetInt64(out numbers[index]) || numbers[index] < 0)
            {
                return null;
            }
        }

        return numbers;
    }

    /// <summary>Whether a shape takes exactly this many bytes; a product that overflows does not.</summary>
    private static bool HasSize(long[] shape, int valueSize, long length)
    {
        var size = (UInt128)valueSize;
        foreach (var dimension in shape)
        {
            size *= (UInt128)dimension;
            if (size > long.MaxValue)
            {
                return false;
            }
        }

        return size == (UInt128)length;
    }

    /// <summary>The format's own rule: the tensors cover the data without a gap and without sharing a byte.</summary>
    private static void CheckCoverage(IEnumerable<TensorEntry> entries, long dataStart, long fileLength, string shownName)
    {
        var covered = dataStart;
        foreach (var entry in entries.OrderBy(entry => entry.Offset).ThenBy(entry => entry.Length))
        {
            if (entry.Offset != covered)
            {
                throw Damaged(shownName, entry.Name, entry.Offset < covered ? "overlaps another one" : "follows bytes that belong to no tensor");
            }

            covered += entry.Length;
        }

        if (covered != fileLength)
        {
            throw new ModelException(
                $"{shownName} is damaged: it has {fileLength - covered} bytes after its last tensor. Download it again.");
        }
    }

    private static ModelException Damaged(string shownName, string tensor, string what) =>
        new($"{shownName} is damaged: the tensor '{ShapeNames.Printable(tensor)}' {what}. Download it again.");
}
