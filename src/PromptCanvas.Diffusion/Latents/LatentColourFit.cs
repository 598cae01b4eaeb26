using PromptCanvas.Diffusion.Images;

namespace PromptCanvas.Diffusion.Latents;

/// <summary>Fits a <see cref="LatentColours"/>: ridge regression of the decoded colours on the latents, all in double precision.</summary>
/// <remarks>With z̃ = (z, 1): G = Σ z̃z̃ᵀ + λ·diag(1, …, 1, 0), H = Σ y·z̃ᵀ, map = H·G⁻¹; λ = 0.001 of the number of cells.</remarks>
public sealed class LatentColourFit
{
    private const double Ridge = 1e-3;

    private readonly int channels;
    private readonly double[,] moments;
    private readonly double[,] products;
    private long cells;

    /// <summary>Begins a fit.</summary>
    /// <param name="channels">z.</param>
    public LatentColourFit(int channels)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(channels);
        this.channels = channels;
        moments = new double[channels + 1, channels + 1];
        products = new double[SignedImage.Channels, channels + 1];
    }

    /// <summary>Adds a picture.</summary>
    /// <param name="latent">(z, h, w) flattened.</param>
    /// <param name="colours">The decoded picture's mean colour of each cell: (3, h, w) flattened, signed range.</param>
    /// <exception cref="ArgumentException">The lengths belong to different numbers of cells.</exception>
    public void Add(ReadOnlySpan<float> latent, ReadOnlySpan<float> colours)
    {
        var count = RequireCells(latent, colours);
        Span<double> extended = stackalloc double[channels + 1];
        for (var cell = 0; cell < count; cell++)
        {
            Extend(latent, count, cell, extended);
            for (var row = 0; row <= channels; row++)
            {
                for (var column = 0; column <= channels; column++)
                {
                    moments[row, column] += extended[row] * extended[column];
                }

                for (var colour = 0; colour < SignedImage.Channels; colour++)
                {
                    products[colour, row] += colours[(colour * count) + cell] * extended[row];
                }
            }
        }

        cells += count;
    }

    /// <summary>The map of what was added.</summary>
    /// <returns>3·(z + 1) numbers, as <see cref="LatentColours"/> takes them.</returns>
    /// <exception cref="InvalidOperationException">Nothing was added.</exception>
    public float[] Solve()
    {
        if (cells == 0)
        {
            throw new InvalidOperationException("Nothing was added to the fit.");
        }

        var size = channels + 1;
        var system = (double[,])moments.Clone();
        for (var channel = 0; channel < channels; channel++)
        {
            system[channel, channel] += Ridge * cells;
        }

        var factor = Cholesky(system);
        var map = new float[SignedImage.Channels * size];
        var solution = new double[size];
        for (var colour = 0; colour < SignedImage.Channels; colour++)
        {
            for (var row = 0; row < size; row++)
            {
                solution[row] = products[colour, row];
            }

            Substitute(factor, solution);
            for (var row = 0; row < size; row++)
            {
                map[(colour * size) + row] = (float)solution[row];
            }
        }

        return map;
    }

    /// <summary>The share of each colour's variance in a picture that a map explains, the smallest of the three.</summary>
    /// <param name="map">As <see cref="Solve"/> gives it.</param>
    /// <param name="latent">(z, h, w) flattened, of a picture that was not added.</param>
    /// <param name="colours">(3, h, w) flattened.</param>
    /// <returns>R²: 1 = all of it; 0 or less = no better than one colour for all.</returns>
    public double Explained(ReadOnlySpan<float> map, ReadOnlySpan<float> latent, ReadOnlySpan<float> colours)
    {
        var count = RequireCells(latent, colours);
        Span<double> extended = stackalloc double[channels + 1];
        var worst = 1.0;
        for (var colour = 0; colour < SignedImage.Channels; colour++)
        {
            var truth = colours.Slice(colour * count, count);
            var mean = 0.0;
            foreach (var value in truth)
            {
                mean += value / (double)count;
            }

            var (unexplained, variance) = (0.0, 0.0);
            for (var cell = 0; cell < count; cell++)
            {
                Extend(latent, count, cell, extended);
                var predicted = 0.0;
                for (var row = 0; row <= channels; row++)
                {
                    predicted += map[(colour * (channels + 1)) + row] * extended[row];
                }

                unexplained += Math.Pow(truth[cell] - predicted, 2);
                variance += Math.Pow(truth[cell] - mean, 2);
            }

            worst = Math.Min(worst, variance > 0 ? 1 - (unexplained / variance) : 0);
        }

        return worst;
    }

    /// <summary>A map to grey: the colours' mean along the one direction of latents in which they change most.</summary>
    /// <param name="map">As <see cref="Solve"/> gives it.</param>
    /// <returns>A map of the same kind, all three colours alike.</returns>
    /// <remarks>For an autoencoder whose cells' colours are not linear: something is to be seen, and no false colour.</remarks>
    public float[] ToGrey(ReadOnlySpan<float> map)
    {
        var axis = PrincipalAxis();
        var size = channels + 1;
        var grey = new float[SignedImage.Channels * size];
        var (slope, offset) = (0.0, 0.0);
        for (var colour = 0; colour < SignedImage.Channels; colour++)
        {
            offset += map[(colour * size) + channels] / SignedImage.Channels;
            for (var channel = 0; channel < channels; channel++)
            {
                offset += map[(colour * size) + channel] * Mean(channel) / SignedImage.Channels;
                slope += map[(colour * size) + channel] * axis[channel] / SignedImage.Channels;
            }
        }

        for (var index = 0; index < grey.Length; index++)
        {
            var channel = index % size;
            grey[index] = (float)(channel < channels ? slope * axis[channel] : offset);
        }

        for (var channel = 0; channel < channels; channel++)
        {
            for (var colour = 0; colour < SignedImage.Channels; colour++)
            {
                grey[(colour * size) + channels] -= (float)(slope * axis[channel] * Mean(channel));
            }
        }

        return grey;
    }

    private double Mean(int channel) => moments[channel, channels] / cells;

    /// <summary>The unit vector along which the latents vary most, by power iteration.</summary>
    private double[] PrincipalAxis()
    {
        const int Iterations = 100;
        var axis = new double[channels];
        Array.Fill(axis, 1 / Math.Sqrt(channels));
        for (var iteration = 0; iteration < Iterations; iteration++)
        {
            var next = new double[channels];
            for (var row = 0; row < channels; row++)
            {
                for (var column = 0; column < channels; column++)
                {
                    next[row] += ((moments[row, column] / cells) - (Mean(row) * Mean(column))) * axis[column];
                }
            }

            var length = Math.Sqrt(next.Sum(value => value * value));
            if (length == 0)
            {
                return axis;
            }

            axis = Array.ConvertAll(next, value => value / length);
        }

        return axis;
    }

    private int RequireCells(ReadOnlySpan<float> latent, ReadOnlySpan<float> colours)
    {
        var count = latent.Length / channels;
        return count * channels == latent.Length && colours.Length == SignedImage.Channels * count
            ? count
            : throw new ArgumentException(
                $"{latent.Length} numbers of latents and {colours.Length} of colours do not belong to the same cells.", nameof(colours));
    }

    private void Extend(ReadOnlySpan<float> latent, int count, int cell, Span<double> extended)
    {
        for (var channel = 0; channel < channels; channel++)
        {
            extended[channel] = latent[(channel * count) + cell];
        }

        extended[channels] = 1;
    }

    /// <summary>The lower triangle L with L·Lᵀ = the matrix.</summary>
    private static double[,] Cholesky(double[,] matrix)
    {
        var size = matrix.GetLength(0);
        var factor = new double[size, size];
        for (var row = 0; row < size; row++)
        {
            for (var column = 0; column <= row; column++)
            {
                var rest = matrix[row, column];
                for (var inner = 0; inner < column; inner++)
                {
                    rest -= factor[row, inner] * factor[column, inner];
                }

                factor[row, column] = row == column ? Math.Sqrt(Math.Max(rest, double.Epsilon)) : rest / factor[column, column];
            }
        }

        return factor;
    }

    private static void Substitute(double[,] factor, double[] values)
    {
        var size = values.Length;
        for (var row = 0; row < size; row++)
        {
            for (var column = 0; column < row; column++)
            {
                values[row] -= factor[row, column] * values[column];
            }

            values[row] /= factor[row, row];
        }

        for (var row = size - 1; row >= 0; row--)
        {
            for (var column = row + 1; column < size; column++)
            {
                values[row] -= factor[column, row] * values[column];
            }

            values[row] /= factor[row, row];
        }
    }
}
