using System.Formats.Cbor;

namespace PromptCanvas.Provenance.Manifests;

/// <summary>Writes CBOR.</summary>
internal static class Cbor
{
    /// <summary>Encodes one value. Keys of maps are sorted, so that equal content is equal bytes.</summary>
    public static byte[] Write(Action<CborWriter> write)
    {
        var writer = new CborWriter(CborConformanceMode.Canonical, convertIndefiniteLengthEncodings: true);
        write(writer);
        return writer.Encode();
    }

    public static void WriteText(CborWriter writer, string key, string value)
    {
        writer.WriteTextString(key);
        writer.WriteTextString(value);
    }

    public static void WriteArray<T>(CborWriter writer, string key, IReadOnlyCollection<T> values, Action<T> write)
    {
        writer.WriteTextString(key);
        writer.WriteStartArray(values.Count);
        foreach (var value in values)
        {
            write(value);
        }

        writer.WriteEndArray();
    }
}
