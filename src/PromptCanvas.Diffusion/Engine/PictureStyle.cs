using System.Text.Json.Serialization;
using PromptCanvas.Diffusion.Guidance;

namespace PromptCanvas.Diffusion.Engine;

/// <summary>A style that is added to what a prompt or another origin shows: the image embedding is moved along its direction before the decoder.</summary>
/// <param name="Name">For the picture's recipe.</param>
/// <param name="Direction">E values, see <see cref="StyleSpace.Direction"/>. Not to be changed.</param>
/// <param name="Weight">−1 … 1; less than 0 leads away from the style.</param>
public sealed record PictureStyle(string Name, [property: JsonConverter(typeof(EmbeddingJsonConverter))] float[] Direction, double Weight)
{
    /// <summary>What the caller knows it by; null = nothing but its name.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Guid? Id { get; init; }

    /// <summary>The part of the arc to the direction that half the weight is: see <see cref="StyleCalibration"/>.</summary>
    public double HalfReach { get; init; } = StyleSpace.HalfReach;

    /// <summary>An image embedding with the style.</summary>
    public float[] AddTo(float[] embedding) => StyleSpace.Apply(embedding, Direction, Weight, HalfReach);

    /// <summary>For a recipe.</summary>
    [JsonIgnore]
    public StyleUse Use => new(Name, Weight) { Id = Id };
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
