using PromptCanvas.Generation.Bias.Measuring;

namespace PromptCanvas.Generation.Bias;

/// <summary>A value's shares in two audits.</summary>
/// <param name="Prompt">Null = all prompts.</param>
/// <param name="Difference">The second share minus the first.</param>
/// <param name="Interval">Of the difference; if 0 is outside, chance alone hardly explains it.</param>
public sealed record BiasDifference(string? Prompt, string Attribute, string Value, double First, double Second, double Difference, Interval Interval)
{
    public bool IsClear => !Interval.Contains(0);

    /// <summary>Compares what both reports have: sections with the same prompt, attributes and values with the same name.</summary>
    public static IReadOnlyList<BiasDifference> Between(BiasReport first, BiasReport second)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        return
        [
            .. from section in first.Sections
               from others in second.Sections
               where section.Prompt == others.Prompt
               from finding in section.Findings
               from other in others.Findings
               where finding.Attribute == other.Attribute
               from pair in finding.Shares.Values.Join(other.Shares.Values, value => value.Name, value => value.Name, (value, counterpart) => (value, counterpart))
               let shares = Comparable(pair.value, pair.counterpart)
               select new BiasDifference(
                   section.Prompt, finding.Attribute, pair.value.Name, shares.First.Share, shares.Second.Share,
                   shares.Second.Share - shares.First.Share, Interval.OfDifference(shares.First, shares.Second)),
        ];
    }

    // Corrected shares are of all pictures, the others of the certain ones: they are not compared with each other.
    private static ((double Share, Interval Interval) First, (double Share, Interval Interval) Second) Comparable(BiasShare first, BiasShare second) =>
        first.Corrected is not null && second.Corrected is not null ? (first.Best, second.Best) : ((first.Share, first.Interval), (second.Share, second.Interval));
}
