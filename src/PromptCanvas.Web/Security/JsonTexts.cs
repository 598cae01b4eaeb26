using System.Text.Json;
using System.Text.Json.Serialization;
using PromptCanvas.Data.Texts;

namespace PromptCanvas.Web.Security;

/// <summary>Reads the strings of JSON bodies and hub messages, and refuses invalid text.</summary>
internal sealed class JsonTexts : JsonConverter<string>
{
    // Only an escaped half of a surrogate pair cannot be read as a string.
    private const int HalfOfAPair = 0xD800;

    /// <summary>The first code point of a JSON string that text may not contain.</summary>
    /// <returns>Null = the text is valid.</returns>
    public static int? FirstInvalid(JsonElement value)
    {
        try
        {
            return TextRules.FirstInvalid(value.GetString());
        }
        catch (InvalidOperationException)
        {
            return HalfOfAPair;
        }
    }

    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String ? Checked(ref reader) : throw new JsonException();

    public override string ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Checked(ref reader);

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(value);

    public override void WriteAsPropertyName(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WritePropertyName(value);

    private static string Checked(ref Utf8JsonReader reader)
    {
        string text;
        try
        {
            text = reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw new JsonTextException(HalfOfAPair);
        }

        return TextRules.FirstInvalid(text) is { } point ? throw new JsonTextException(point) : text;
    }
}

/// <summary>The same for values of any type.</summary>
internal sealed class JsonElementTexts : JsonConverter<JsonElement>
{
    public override JsonElement Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var value = JsonElement.ParseValue(ref reader);
        return FirstInvalid(value) is { } point ? throw new JsonTextException(point) : value;
    }

    public override void Write(Utf8JsonWriter writer, JsonElement value, JsonSerializerOptions options) => value.WriteTo(writer);

    private static int? FirstInvalid(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => JsonTexts.FirstInvalid(value),
        JsonValueKind.Array => value.EnumerateArray().Select(FirstInvalid).FirstOrDefault(point => point is not null),
        JsonValueKind.Object => value.EnumerateObject().Select(member => FirstInvalid(member.Value)).FirstOrDefault(point => point is not null),
        _ => null,
    };
}

/// <summary>A string of a JSON body is invalid text; the path names the field.</summary>
/// <param name="point">The code point that is not allowed.</param>
internal sealed class JsonTextException(int point) : JsonException(null, null, null, null)
{
    public int Point { get; } = point;
}
