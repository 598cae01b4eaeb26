namespace PromptCanvas.Generation.Bias.Measuring;

/// <summary>How labelled examples of an attribute were read: rows are the true values, columns the readings, the last of which is "uncertain".</summary>
public sealed class Confusion
{
    private const int MostRounds = 500;
    private const double Converged = 1e-9;

    private readonly int[,] counts;

    /// <param name="values">How many values the attribute has.</param>
    public Confusion(int values) => counts = new int[values, values + 1];

    /// <summary>The counts: a row for each true value.</summary>
    public IReadOnlyList<IReadOnlyList<int>> Rows =>
        [.. Enumerable.Range(0, Values).Select(value => Row(value).ToArray())];

    private int Values => counts.GetLength(0);

    /// <summary>Whether every value has an example, without which shares cannot be corrected.</summary>
    public bool IsComplete => Enumerable.Range(0, Values).All(value => Examples(value) > 0);

    /// <summary>A table of counts.</summary>
    /// <param name="rows">As <see cref="Rows"/>.</param>
    public static Confusion Of(IReadOnlyList<IReadOnlyList<int>> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var confusion = new Confusion(rows.Count);
        for (var value = 0; value < rows.Count; value++)
        {
            for (var read = 0; read <= rows.Count; read++)
            {
                confusion.counts[value, read] = rows[value][read];
            }
        }

        return confusion;
    }

    /// <param name="value">The true value.</param>
    /// <param name="read">The reading; null = uncertain.</param>
    public void Add(int value, int? read) => counts[value, read ?? Values]++;

    /// <summary>How many examples of a value there are.</summary>
    public int Examples(int value) => Row(value).Sum();

    /// <summary>The shares of the true values that explain the readings best, in all pictures, uncertain ones included.</summary>
    /// <param name="readings">How often each value was read; the last entry counts the uncertain pictures.</param>
    /// <returns>They add up to 1. Null without pictures, or while a value has no example.</returns>
    /// <remarks>The maximum likelihood, by expectation maximisation: unlike the inverse of the matrix, it gives no negative shares.</remarks>
    public double[]? Correct(IReadOnlyList<int> readings)
    {
        ArgumentNullException.ThrowIfNull(readings);
        return IsComplete && readings.Sum() > 0
            ? Correct([.. Enumerable.Range(0, Values).Select(value => Row(value).Select(count => (double)count / Examples(value)).ToArray())], [.. readings.Select(count => (double)count)])
            : null;
    }

    /// <summary>Shares that may lie behind the readings, given how few pictures and examples there are.</summary>
    /// <param name="readings">As for <see cref="Correct(IReadOnlyList{int})"/>.</param>
    /// <param name="ofExamples">Draws the rates of the errors.</param>
    /// <param name="ofReadings">Draws the shares of the readings.</param>
    internal double[] Draw(IReadOnlyList<int> readings, DirichletDraws ofExamples, DirichletDraws ofReadings)
    {
        var rates = Enumerable.Range(0, Values).Select(value => ofExamples.Next([.. Row(value)])).ToArray();
        return Correct(rates, ofReadings.Next(readings));
    }

    private IEnumerable<int> Row(int value) => Enumerable.Range(0, Values + 1).Select(read => counts[value, read]);

    private double[] Correct(double[][] rates, IReadOnlyList<double> readings)
    {
        var shares = Enumerable.Repeat(1.0 / Values, Values).ToArray();
        for (var round = 0; round < MostRounds; round++)
        {
            var next = Next(rates, readings, shares);
            var change = shares.Zip(next, (before, after) => Math.Abs(after - before)).Max();
            shares = next;
            if (change < Converged)
            {
                break;
            }
        }

        return shares;
    }

    private double[] Next(double[][] rates, IReadOnlyList<double> readings, double[] shares)
    {
        var next = new double[Values];
        var total = 0.0;
        for (var read = 0; read <= Values; read++)
        {
            var expected = 0.0;
            for (var value = 0; value < Values; value++)
            {
                expected += shares[value] * rates[value][read];
            }

            // A reading that no example ever gave says nothing about the values.
            for (var value = 0; value < Values && expected > 0; value++)
            {
                var part = readings[read] * shares[value] * rates[value][read] / expected;
                next[value] += part;
                total += part;
            }
        }

        return total > 0 ? [.. next.Select(part => part / total)] : shares;
    }
}
