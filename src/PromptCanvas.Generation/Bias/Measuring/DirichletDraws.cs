using PromptCanvas.Diffusion.Randomness;

namespace PromptCanvas.Generation.Bias.Measuring;

/// <summary>Draws shares that may lie behind counts. The same seed and stream give the same draws.</summary>
internal sealed class DirichletDraws(uint seed, uint stream)
{
    private uint drawn;

    /// <summary>From the Dirichlet distribution of the counts, with Perks' prior: one observation, divided among all.</summary>
    /// <returns>They add up to 1.</returns>
    public double[] Next(IReadOnlyList<int> counts)
    {
        var weights = counts.Select(count => Gamma(count + (1.0 / counts.Count))).ToArray();
        var sum = weights.Sum();
        return [.. weights.Select(weight => weight / sum)];
    }

    /// <remarks>Source: Marsaglia, Tsang (2000), A simple method for generating gamma variables.</remarks>
    private double Gamma(double shape)
    {
        if (shape < 1)
        {
            return Gamma(shape + 1) * Math.Pow(Uniforms().First, 1 / shape);
        }

        var d = shape - (1.0 / 3);
        var c = 1 / Math.Sqrt(9 * d);
        while (true)
        {
            var (normal, uniform) = NormalAndUniform();
            var root = 1 + (c * normal);
            var v = root * root * root;
            if (root > 0 && Math.Log(uniform) < (0.5 * normal * normal) + d - (d * v) + (d * Math.Log(v)))
            {
                return d * v;
            }
        }
    }

    // Box and Muller.
    private (double Normal, double Uniform) NormalAndUniform()
    {
        var (first, second, third) = Uniforms();
        return (Math.Sqrt(-2 * Math.Log(first)) * Math.Cos(2 * Math.PI * second), third);
    }

    // Above 0, at most 1.
    private (double First, double Second, double Third) Uniforms()
    {
        const double scale = 1.0 / (1UL << 32);
        var words = Philox4x32.Generate((drawn++, 0, 0, 0), (seed, stream));
        return ((words.X0 + 1.0) * scale, (words.X1 + 1.0) * scale, (words.X2 + 1.0) * scale);
    }
}
