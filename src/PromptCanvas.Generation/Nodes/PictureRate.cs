using System.Text.Json;

namespace PromptCanvas.Generation.Nodes;

/// <summary>Measured device seconds per picture of one sort, or per square of a composed one.</summary>
/// <param name="Kind">One of <see cref="Data.Jobs.JobKinds"/>.</param>
/// <param name="Size">The side of the model's output in pixels.</param>
internal sealed record PictureRate(string Model, string Kind, int Size, double Seconds)
{
    public static string ToJson(IEnumerable<PictureRate> rates) => JsonSerializer.Serialize(rates);

    public static IReadOnlyList<PictureRate> FromJson(string json) => JsonSerializer.Deserialize<List<PictureRate>>(json) ?? [];
}
