using System.Text.Json.Serialization;

namespace PromptCanvas.Diffusion.Engine;

/// <summary>A style that is added to what a prompt shows: the image embedding is moved along its direction before the decoder.</summary>
/// <param name="Name">For the picture's recipe.</param>
/// <param name="Direction">E values, see <see cref="Guidance.StyleSpace.Direction"/>. Not to be changed.</param>
/// <param name="Weight">−1 … 1; less than 0 leads away from the style.</param>
public sealed record PictureStyle(string Name, [property: JsonConverter(typeof(EmbeddingJsonConverter))] float[] Direction, double Weight)
{
    /// <summary>What the caller knows it by; null = nothing but its name.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Guid? Id { get; init; }
}

/// <summary>A style in a recipe.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Weight">−1 … 1.</param>
public sealed record StyleUse(string Name, double Weight)
{
    /// <summary>What the studio knows it by; null outside the studio.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Guid? Id { get; init; }
}
