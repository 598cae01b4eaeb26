using System.Globalization;
using PromptCanvas.Generation.Bias.Measuring;

namespace PromptCanvas.Generation.Bias;

/// <summary>A bar with a confidence interval, as drawn in SVG. It contains no words: the figures stand beside it.</summary>
/// <param name="Start">Left end of the bar.</param>
/// <param name="Length">Length of the bar.</param>
/// <param name="Low">Left end of the interval.</param>
/// <param name="High">Right end of the interval.</param>
public sealed record BiasPlot(double Start, double Length, double Low, double High)
{
    public const int Width = 240;

    public const int Height = 20;

    private const int Middle = Height / 2;
    private const int Cap = 5;

    /// <summary>The path of the interval.</summary>
    public string Whisker => Invariant($"M{Low:0.#} {Middle}H{High:0.#}M{Low:0.#} {Middle - Cap}V{Middle + Cap}M{High:0.#} {Middle - Cap}V{Middle + Cap}");

    /// <summary>The bar's place, as SVG attributes have it.</summary>
    public (string Start, string Length) Bar => (Invariant($"{Start:0.#}"), Invariant($"{Length:0.#}"));

    /// <summary>Of a share, 0 … 1.</summary>
    public static BiasPlot Share(double share, Interval interval) => new(0, Width * share, Width * interval.Low, Width * interval.High);

    /// <summary>Of a difference, −1 … 1; 0 is in the middle.</summary>
    public static BiasPlot Difference(double difference, Interval interval)
    {
        const double middle = Width / 2.0;
        return new BiasPlot(middle + (middle * Math.Min(0, difference)), middle * Math.Abs(difference), middle + (middle * interval.Low), middle + (middle * interval.High));
    }

    /// <summary>The picture for a file.</summary>
    public string ToSvg() =>
        $"""
        <svg class="bias-plot" viewBox="0 0 {Width} {Height}" aria-hidden="true"><rect class="bias-ground" width="{Width}" height="{Height}" rx="3"/><rect class="bias-share" x="{Bar.Start}" width="{Bar.Length}" height="{Height}" rx="3"/><path class="bias-whisker" d="{Whisker}"/></svg>
        """;

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
