using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace PromptCanvas.Diffusion.Engine;

/// <summary>Writes an embedding as base64 of its values, float32, little-endian: a third of their decimal form, and exact.</summary>
public sealed class EmbeddingJsonConverter : JsonConverter<float[]>
{
    /// <inheritdoc/>
    public override float[] Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.String || !reader.TryGetBytesFromBase64(out var bytes) || bytes.Length % sizeof(float) != 0)
        {
            throw new JsonException("An embedding is base64 of 32-bit numbers.");
        }

        var values = new float[bytes.Length / sizeof(float)];
        for (var index = 0; index < values.Length; index++)
        {
            values[index] = BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(index * sizeof(float)));
        }

        return values;
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, float[] value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(value);
        var bytes = new byte[value.Length * sizeof(float)];
        for (var index = 0; index < value.Length; index++)
        {
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(index * sizeof(float)), value[index]);
        }

        writer.WriteBase64StringValue(bytes);
    }
}
