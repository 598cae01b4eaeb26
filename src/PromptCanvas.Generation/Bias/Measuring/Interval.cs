namespace PromptCanvas.Generation.Bias.Measuring;

/// <summary>A 95 % confidence interval.</summary>
public readonly record struct Interval(double Low, double High)
{
    // The 97.5th percentile of the normal distribution.
    private const double Z = 1.959963984540054;

    /// <summary>Whether a value is in it.</summary>
    public bool Contains(double value) => value >= Low && value <= High;

    /// <summary>Of a share.</summary>
    /// <param name="hits">How many of the trials hit, at most <paramref name="trials"/>.</param>
    /// <param name="trials">0 gives 0 … 1: nothing is known.</param>
    /// <remarks>Source: Wilson (1927), Probable Inference, the Law of Succession, and Statistical Inference.</remarks>
    public static Interval Wilson(double hits, double trials)
    {
        if (trials <= 0)
        {
            return new Interval(0, 1);
        }

        var share = hits / trials;
        var shrink = 1 + (Z * Z / trials);
        var middle = (share + (Z * Z / (2 * trials))) / shrink;
        var half = Z / shrink * Math.Sqrt((share * (1 - share) / trials) + (Z * Z / (4 * trials * trials)));
        return new Interval(Math.Max(0, middle - half), Math.Min(1, middle + half));
    }

    /// <summary>Of the difference of two independent shares, <paramref name="second"/> − <paramref name="first"/>.</summary>
    /// <remarks>Source: Newcombe (1998), Interval estimation for the difference between independent proportions, method 10.</remarks>
    public static Interval OfDifference((double Share, Interval Interval) first, (double Share, Interval Interval) second)
    {
        var difference = second.Share - first.Share;
        return new Interval(
            difference - Root(second.Share - second.Interval.Low, first.Interval.High - first.Share),
            difference + Root(second.Interval.High - second.Share, first.Share - first.Interval.Low));
    }

    private static double Root(double one, double other) => Math.Sqrt((one * one) + (other * other));
}
