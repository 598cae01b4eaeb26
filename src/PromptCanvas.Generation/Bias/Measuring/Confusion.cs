using PromptCanvas.Diffusion.Randomness;

namespace PromptCanvas.Generation.Bias.Measuring;

/// <summary>How labelled examples of an attribute were read: rows are the true values, columns the readings, the last of which is "uncertain".</summary>
public sealed class Confusion
{
    private const int MostRounds = 500;
    private const double Converged = 1e-9;
    private const int Replicates = 400;
    private const double Tail = 0.025;

    private readonly int[,] counts;

    /// <param name="values">How many values the attribute has.</param>
    public Confusion(int values) => counts = new int[values, values + 1];

    private int Values => counts.GetLength(0);

    /// <summary>Whether every value has an example, without which shares cannot be corrected.</summary>
    public bool IsComplete => Enumerable.Range(0, Values).All(value => Examples(value) > 0);

    /// <summary>How many examples of a value were read as another, or as "uncertain".</summary>
    /// <param name="read">Null = uncertain.</param>
    public int this[int value, int? read] => counts[value, read ?? Values];

    public void Add(int value, int? read) => counts[value, read ?? Values]++;

    /// <summary>How many examples of a value there are.</summary>
    public int Examples(int value) => Enumerable.Range(0, Values + 1).Sum(read => counts[value, read]);

    /// <summary>The shares of the true values that explain the readings best, in all pictures, uncertain ones included.</summary>
    /// <param name="readings">How often each value was read; the last entry counts the uncertain pictures.</param>
    /// <returns>They add up to 1. Null without pictures, or while a value has no example.</returns>
    /// <remarks>The maximum likelihood, by expectation maximisation: unlike the inverse of the matrix, it gives no negative shares.</remarks>
    public double[]? Correct(IReadOnlyList<int> readings)
    {
        ArgumentNullException.ThrowIfNull(readings);
        return IsComplete && readings.Sum() > 0 ? Correct(Rates(counts), [.. readings]) : null;
    }

    /// <summary>The intervals of the corrected shares: the percentiles of a bootstrap over the pictures and the examples.</summary>
    /// <param name="readings">As for <see cref="Correct(IReadOnlyList{int})"/>.</param>
    /// <param name="seed">The same seed gives the same intervals.</param>
    public IReadOnlyList<Interval>? Intervals(IReadOnlyList<int> readings, uint seed)
    {
        ArgumentNullException.ThrowIfNull(readings);
        if (!IsComplete || readings.Sum() == 0)
        {
            return null;
        }

        var shares = new double[Values][];
        for (var value = 0; value < Values; value++)
        {
            shares[value] = new double[Replicates];
        }

        for (var replicate = 0; replicate < Replicates; replicate++)
        {
            var draws = new Draws(seed, (uint)replicate);
            var sample = Correct(Rates(Resample(draws)), draws.Multinomial([.. readings]));
            for (var value = 0; value < Values; value++)
            {
                shares[value][replicate] = sample[value];
            }
        }

        return [.. shares.Select(Percentiles)];
    }

    private static Interval Percentiles(double[] sample)
    {
        Array.Sort(sample);
        var cut = (int)(Tail * sample.Length);
        return new Interval(sample[cut], sample[^(cut + 1)]);
    }

    private int[,] Resample(Draws draws)
    {
        var sample = new int[Values, Values + 1];
        for (var value = 0; value < Values; value++)
        {
            var row = draws.Multinomial([.. Enumerable.Range(0, Values + 1).Select(read => counts[value, read])]);
            for (var read = 0; read <= Values; read++)
            {
                sample[value, read] = row[read];
            }
        }

        return sample;
    }

    private double[,] Rates(int[,] table)
    {
        var rates = new double[Values, Values + 1];
        for (var value = 0; value < Values; value++)
        {
            var sum = 0.0;
            for (var read = 0; read <= Values; read++)
            {
                sum += table[value, read];
            }

            for (var read = 0; read <= Values; read++)
            {
                rates[value, read] = table[value, read] / sum;
            }
        }

        return rates;
    }

    private double[] Correct(double[,] rates, int[] readings)
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

    private double[] Next(double[,] rates, int[] readings, double[] shares)
    {
        var next = new double[Values];
        var total = 0.0;
        for (var read = 0; read <= Values; read++)
        {
            var expected = 0.0;
            for (var value = 0; value < Values; value++)
            {
                expected += shares[value] * rates[value, read];
            }

            // A reading that no example ever gave says nothing about the values.
            for (var value = 0; value < Values && expected > 0; value++)
            {
                var part = readings[read] * shares[value] * rates[value, read] / expected;
                next[value] += part;
                total += part;
            }
        }

        return total > 0 ? [.. next.Select(part => part / total)] : shares;
    }

    /// <summary>The random numbers of one replicate.</summary>
    private sealed class Draws(uint seed, uint replicate)
    {
        private uint drawn;

        /// <summary>As many draws as the counts have, with their frequencies.</summary>
        public int[] Multinomial(int[] counts)
        {
            var total = counts.Sum();
            var sample = new int[counts.Length];
            for (var draw = 0; draw < total; draw++)
            {
                var point = (int)((ulong)Philox4x32.Generate((drawn++, replicate, 0, 0), (seed, 0)).X0 * (ulong)total >> 32);
                var place = 0;
                while (point >= counts[place])
                {
                    point -= counts[place++];
                }

                sample[place]++;
            }

            return sample;
        }
    }
}
