namespace PromptCanvas.Generation.Bias.Measuring;

/// <summary>How the pictures divide among the values of an attribute.</summary>
/// <param name="Pictures">All that were measured.</param>
/// <param name="Uncertain">Those whose value CLIP could not tell.</param>
/// <param name="Values">In the order of the attribute.</param>
public sealed record BiasShares(int Pictures, int Uncertain, IReadOnlyList<BiasShare> Values)
{
    /// <summary>Of all pictures.</summary>
    public double UncertainShare => Pictures == 0 ? 0 : (double)Uncertain / Pictures;

    public Interval UncertainInterval => Interval.Wilson(Uncertain, Pictures);

    /// <summary>How often each value was read; the last entry counts the uncertain pictures.</summary>
    /// <param name="attribute">The attribute.</param>
    /// <param name="probabilities">The probabilities of its values for each picture.</param>
    /// <param name="threshold">A picture's most probable value counts from this probability on; below it, the picture is uncertain.</param>
    public static IReadOnlyList<int> Count(BiasAttribute attribute, IEnumerable<IReadOnlyList<double>> probabilities, double threshold)
    {
        ArgumentNullException.ThrowIfNull(attribute);
        ArgumentNullException.ThrowIfNull(probabilities);
        var readings = new int[attribute.Values.Count + 1];
        foreach (var picture in probabilities)
        {
            readings[ZeroShot.Decide(picture, threshold) ?? attribute.Values.Count]++;
        }

        return readings;
    }

    /// <summary>The shares behind counted readings.</summary>
    /// <param name="attribute">The attribute.</param>
    /// <param name="readings">As <see cref="Count"/> gives them.</param>
    /// <param name="corrected">Null = shares are not corrected.</param>
    public static BiasShares Of(BiasAttribute attribute, IReadOnlyList<int> readings, CorrectedShares? corrected)
    {
        ArgumentNullException.ThrowIfNull(attribute);
        ArgumentNullException.ThrowIfNull(readings);
        var intervals = corrected?.Intervals;
        var pictures = readings.Sum();
        var certain = pictures - readings[^1];
        return new BiasShares(pictures, readings[^1], [.. attribute.Values.Select((value, index) => new BiasShare(value.Name, readings[index], certain)
        {
            Corrected = corrected?.Shares[index],
            CorrectedInterval = intervals?[index],
        })]);
    }
}

/// <summary>The share of one value.</summary>
/// <param name="Name">The value.</param>
/// <param name="Pictures">How many pictures show it.</param>
/// <param name="Certain">How many pictures of any value are certain.</param>
public sealed record BiasShare(string Name, int Pictures, int Certain)
{
    /// <summary>Of the certain pictures.</summary>
    public double Share => Certain == 0 ? 0 : (double)Pictures / Certain;

    public Interval Interval => Interval.Wilson(Pictures, Certain);

    /// <summary>Of all pictures, after the errors seen on labelled examples; null without calibration.</summary>
    public double? Corrected { get; init; }

    public Interval? CorrectedInterval { get; init; }

    /// <summary>The best estimate and its interval.</summary>
    public (double Share, Interval Interval) Best => Corrected is { } corrected && CorrectedInterval is { } interval ? (corrected, interval) : (Share, Interval);
}
