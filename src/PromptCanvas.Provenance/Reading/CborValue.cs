using System.Formats.Cbor;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace PromptCanvas.Provenance.Reading;

/// <summary>A decoded CBOR value of an untrusted file.</summary>
internal sealed class CborValue
{
    private const int DeepestValue = 32;

    private readonly object? value;

    private CborValue(object? value) => this.value = value;

    public string? Text => value as string;

    public byte[]? Bytes => value as byte[];

    public long? Number => value is long number ? number : null;

    public IReadOnlyList<CborValue> Items => value as List<CborValue> ?? [];

    /// <summary>A field of a map; null if there is none, or this is no map.</summary>
    public CborValue? this[string key] => value is Dictionary<string, CborValue> map && map.TryGetValue(key, out var field) ? field : null;

    /// <exception cref="ProvenanceException">Not one CBOR value.</exception>
    public static CborValue Read(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            var reader = new CborReader(bytes, CborConformanceMode.Lax);
            var read = Next(reader, 0);
            return reader.BytesRemaining == 0 ? read : throw new ProvenanceException("Content of the manifest has bytes left over.");
        }
        catch (Exception fault) when (fault is CborContentException or InvalidOperationException or OverflowException or FormatException)
        {
            throw new ProvenanceException($"Content of the manifest is damaged: {fault.Message}", fault);
        }
    }

    /// <summary>For people. Byte strings are base64.</summary>
    public JsonNode? ToJson() => value switch
    {
        Dictionary<string, CborValue> map => new JsonObject(map.Select(field => new KeyValuePair<string, JsonNode?>(field.Key, field.Value.ToJson()))),
        List<CborValue> items => new JsonArray([.. items.Select(item => item.ToJson())]),
        byte[] bytes => JsonValue.Create(Convert.ToBase64String(bytes)),
        string text => JsonValue.Create(text),
        long number => JsonValue.Create(number),
        double number => double.IsFinite(number) ? JsonValue.Create(number) : JsonValue.Create(number.ToString(CultureInfo.InvariantCulture)),
        bool flag => JsonValue.Create(flag),
        _ => null,
    };

    public static CborValue OfJson(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = DeepestValue });
            return OfJson(document.RootElement);
        }
        catch (JsonException fault)
        {
            throw new ProvenanceException($"Content of the manifest is damaged: {fault.Message}", fault);
        }
    }

    private static CborValue OfJson(JsonElement json) => new(json.ValueKind switch
    {
        JsonValueKind.Object => json.EnumerateObject().DistinctBy(field => field.Name).ToDictionary(field => field.Name, field => OfJson(field.Value), StringComparer.Ordinal),
        JsonValueKind.Array => json.EnumerateArray().Select(OfJson).ToList(),
        JsonValueKind.String => json.GetString(),
        JsonValueKind.Number => json.TryGetInt64(out var whole) ? whole : json.GetDouble(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    });

    private static CborValue Next(CborReader reader, int depth)
    {
        if (depth > DeepestValue)
        {
            throw new ProvenanceException("Content of the manifest is nested too deep.");
        }

        while (reader.PeekState() == CborReaderState.Tag)
        {
            reader.ReadTag();
        }

        return new CborValue(reader.PeekState() switch
        {
            CborReaderState.UnsignedInteger or CborReaderState.NegativeInteger => reader.ReadInt64(),
            CborReaderState.ByteString or CborReaderState.StartIndefiniteLengthByteString => reader.ReadByteString(),
            CborReaderState.TextString or CborReaderState.StartIndefiniteLengthTextString => reader.ReadTextString(),
            CborReaderState.StartArray => ReadArray(reader, depth),
            CborReaderState.StartMap => ReadMap(reader, depth),
            CborReaderState.Boolean => reader.ReadBoolean(),
            CborReaderState.Null => ReadNull(reader),
            CborReaderState.HalfPrecisionFloat or CborReaderState.SinglePrecisionFloat or CborReaderState.DoublePrecisionFloat => reader.ReadDouble(),
            var state => throw new ProvenanceException($"Content of the manifest has a value that C2PA does not use: {state}."),
        });
    }

    private static object? ReadNull(CborReader reader)
    {
        reader.ReadNull();
        return null;
    }

    private static List<CborValue> ReadArray(CborReader reader, int depth)
    {
        var items = new List<CborValue>();
        reader.ReadStartArray();
        while (reader.PeekState() != CborReaderState.EndArray)
        {
            items.Add(Next(reader, depth + 1));
        }

        reader.ReadEndArray();
        return items;
    }

    private static Dictionary<string, CborValue> ReadMap(CborReader reader, int depth)
    {
        var map = new Dictionary<string, CborValue>(StringComparer.Ordinal);
        reader.ReadStartMap();
        while (reader.PeekState() != CborReaderState.EndMap)
        {
            var key = Next(reader, depth + 1);
            var name = key.Text ?? key.Number?.ToString(CultureInfo.InvariantCulture) ?? throw new ProvenanceException("Content of the manifest has a key that is no text.");
            if (!map.TryAdd(name, Next(reader, depth + 1)))
            {
                throw new ProvenanceException($"Content of the manifest has the key {name} twice.");
            }
        }

        reader.ReadEndMap();
        return map;
    }
}
