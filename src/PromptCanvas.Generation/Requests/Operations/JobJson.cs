using System.Text.Json;
using System.Text.Json.Serialization;

namespace PromptCanvas.Generation.Requests.Operations;

/// <summary>JSON format in rows and pictures: camelCase, enums by name so that they can be reordered.</summary>
internal static class JobJson
{
    public static JsonSerializerOptions Options { get; } = Make();

    private static JsonSerializerOptions Make()
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web);
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase));
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }
}
