using System.Globalization;

namespace PromptCanvas.Web.Features.Blend;

/// <summary>Position of the handle on the pad.</summary>
/// <param name="X">0 = left … 1 = right.</param>
/// <param name="Y">0 = top … 1 = bottom.</param>
/// <param name="Weights">One per corner; they sum to 1.</param>
public sealed record PadPlace(double X, double Y, IReadOnlyList<double> Weights)
{
    /// <summary>The form used in the page's URL.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{X:0.###},{Y:0.###}");
}
