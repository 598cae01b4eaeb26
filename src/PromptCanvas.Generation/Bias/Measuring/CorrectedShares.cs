namespace PromptCanvas.Generation.Bias.Measuring;

/// <summary>Shares after the errors seen on labelled examples, with draws that tell how sure they are.</summary>
public sealed class CorrectedShares
{
    private const int Replicates = 400;
    private const double Tail = 0.025;

    private readonly int pictures;
    private readonly double[][] samples;

    private CorrectedShares(int pictures, double[] shares, double[][] samples) => (this.pictures, Shares, this.samples) = (pictures, shares, samples);

    /// <summary>The share of each value; they add up to 1.</summary>
    public IReadOnlyList<double> Shares { get; }

    /// <summary>The 95 % interval of each share.</summary>
    public IReadOnlyList<Interval> Intervals => [.. Shares.Select((share, value) => Percentiles([.. samples.Select(sample => sample[value])], share))];

    /// <summary>The shares of one prompt's pictures.</summary>
    /// <param name="examples">How labelled examples were read with the prompt's captions.</param>
    /// <param name="readings">How often each value was read; the last entry counts the uncertain pictures.</param>
    /// <param name="stream">Tells the prompts of an audit apart: the same gives the same intervals.</param>
    /// <returns>Null without pictures, or while a value has no example.</returns>
    /// <remarks>Draws of both tables from Dirichlet distributions with Perks' prior. A bootstrap would say "certainly all" when all of a few pictures and
    /// examples were read alike.</remarks>
    public static CorrectedShares? Of(Confusion examples, IReadOnlyList<int> readings, uint stream)
    {
        ArgumentNullException.ThrowIfNull(examples);
        ArgumentNullException.ThrowIfNull(readings);
        if (examples.Correct(readings) is not { } shares)
        {
            return null;
        }

        // The same examples serve all prompts, so their errors do not average out over prompts: their draws do not depend on the stream.
        var samples = Enumerable.Range(0, Replicates).Select(replicate => examples.Draw(readings, new DirichletDraws((uint)replicate, 0), new DirichletDraws((uint)replicate, stream + 1)));
        return new CorrectedShares(readings.Sum(), shares, [.. samples]);
    }

    /// <summary>The shares of all pictures of several prompts.</summary>
    /// <param name="parts">One for each prompt that has pictures, with the same values.</param>
    public static CorrectedShares Together(IReadOnlyList<CorrectedShares> parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        ArgumentOutOfRangeException.ThrowIfZero(parts.Count, nameof(parts));
        return new CorrectedShares(
            parts.Sum(part => part.pictures),
            Mean(parts, part => part.Shares),
            [.. Enumerable.Range(0, Replicates).Select(replicate => Mean(parts, part => part.samples[replicate]))]);
    }

    private static double[] Mean(IReadOnlyList<CorrectedShares> parts, Func<CorrectedShares, IReadOnlyList<double>> sharesOf)
    {
        var all = (double)parts.Sum(part => part.pictures);
        var mean = new double[parts[0].Shares.Count];
        foreach (var part in parts)
        {
            var shares = sharesOf(part);
            for (var value = 0; value < mean.Length; value++)
            {
                mean[value] += part.pictures / all * shares[value];
            }
        }

        return mean;
    }

    private static Interval Percentiles(double[] sample, double estimate)
    {
        Array.Sort(sample);
        var cut = (int)(Tail * sample.Length);
        return new Interval(Math.Min(estimate, sample[cut]), Math.Max(estimate, sample[^(cut + 1)]));
    }
}
