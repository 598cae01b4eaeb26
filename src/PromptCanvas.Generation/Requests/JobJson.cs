using System.Text.Json;
using System.Text.Json.Serialization;

namespace PromptCanvas.Generation.Requests;

/// <summary>JSON inside rows and pictures: camelCase, and enums by name, so that their order may change.</summary>
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
