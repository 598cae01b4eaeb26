using PromptCanvas.Generation.Results;

namespace PromptCanvas.Generation.Requests;

/// <summary>A style that a request names.</summary>
/// <param name="Id">The style's id.</param>
/// <param name="Weight">−1 … 1; less than 0 leads away from the style.</param>
public sealed record StyleChoice(Guid Id, double Weight)
{
    /// <summary>The weight if unspecified.</summary>
    public const double DefaultWeight = 0.5;

    /// <summary>Whether a request's fields name a style, or none.</summary>
    /// <param name="style">The id; null = no style.</param>
    /// <param name="weight">Null = <see cref="DefaultWeight"/>.</param>
    public static Result Check(string? style, double? weight)
    {
        if (string.IsNullOrEmpty(style))
        {
            return weight is null ? Result.Done : new InvalidInput("styleWeight", "A style weight needs a style; name one, or leave the weight out.");
        }

        return Guid.TryParse(style, out _) ? Result.Done : Missing(style);
    }

    /// <summary>The style that checked fields name; null = none.</summary>
    public static StyleChoice? Of(string? style, double? weight) => Guid.TryParse(style, out var id) ? new StyleChoice(id, weight ?? DefaultWeight) : null;

    internal static NotFound Missing(string style) => new($"There is no style with the id {Excerpt.Of(style)}.");
}
