using System.Globalization;

namespace PromptCanvas.Web.Features.Blend;

/// <summary>Where the handle rests.</summary>
/// <param name="X">0 = left … 1 = right.</param>
/// <param name="Y">0 = top … 1 = bottom.</param>
/// <param name="Weights">One for each corner; they add up to 1.</param>
public sealed record PadPlace(double X, double Y, IReadOnlyList<double> Weights)
{
    /// <summary>As it stands in the page's address.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{X:0.###},{Y:0.###}");
}
