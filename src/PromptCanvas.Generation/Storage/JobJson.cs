using System.Text.Json;
using System.Text.Json.Serialization;

namespace PromptCanvas.Generation.Storage;

/// <summary>JSON format in rows and pictures: camelCase, enums by name so that they can be reordered.</summary>
internal static class JobJson
{
    public static JsonSerializerOptions Options { get; } = Make();

    /// <summary>Reads JSON that an older version may have written.</summary>
    /// <returns>Null if its format is no longer supported.</returns>
    public static T? Read<T>(string json)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize<T>(json, Options);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static JsonSerializerOptions Make()
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web);
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase));
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }
}
