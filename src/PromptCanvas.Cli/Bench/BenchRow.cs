namespace PromptCanvas.Cli.Bench;

/// <summary>One measured figure: the median of several repeats, with their spread.</summary>
/// <param name="Name">The measured quantity.</param>
/// <param name="Unit">Its unit.</param>
/// <param name="Median">The middle value.</param>
/// <param name="Minimum">The smallest value.</param>
/// <param name="Maximum">The largest value.</param>
/// <param name="Repeats">The number of values.</param>
internal sealed record BenchRow(string Name, string Unit, double Median, double Minimum, double Maximum, int Repeats)
{
    /// <summary>The value that this share of the values does not exceed.</summary>
    public static double Share(IReadOnlyCollection<double> values, double share) => values.Order().ElementAt((int)(share * (values.Count - 1)));

    public static BenchRow Of(string name, string unit, IReadOnlyCollection<double> values)
    {
        var sorted = values.Order().ToArray();
        var middle = sorted.Length / 2;
        var median = sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new BenchRow(name, unit, median, sorted[0], sorted[^1], sorted.Length);
    }
}
