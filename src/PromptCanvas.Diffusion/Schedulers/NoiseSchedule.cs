using System.Numerics.Tensors;

namespace PromptCanvas.Diffusion.Schedulers;

/// <summary>How much of the clean sample is left at every training timestep: the table of ᾱ. Immutable, shared by any number of samplers.</summary>
/// <remarks>x_t = √ᾱ_t·x₀ + √(1−ᾱ_t)·ε. The table is double; at t = 999 of the cosine schedule √ᾱ is 4.9e-5.</remarks>
public sealed class NoiseSchedule
{
    /// <summary>The largest β of the cosine schedule.</summary>
    public const double CosineMaximumBeta = 0.999;

    private const double CosineOffset = 0.008;

    private readonly double[] alphaBars;

    private NoiseSchedule(NoiseScheduleKind kind, double[] betas)
    {
        Kind = kind;
        alphaBars = new double[betas.Length];
        var product = 1.0;
        for (var timestep = 0; timestep < betas.Length; timestep++)
        {
            product *= 1 - betas[timestep];
            alphaBars[timestep] = product;
        }
    }

    /// <summary>How β is spread.</summary>
    public NoiseScheduleKind Kind { get; }

    /// <summary>T, the number of training timesteps.</summary>
    public int TrainingTimesteps => alphaBars.Length;

    /// <summary>The schedule a component's settings describe.</summary>
    /// <param name="settings">The component's <c>scheduler_config.json</c>.</param>
    /// <exception cref="ArgumentException">Listed βs are missing, a β is outside (0, 1), or there are no timesteps.</exception>
    public static NoiseSchedule FromSettings(SchedulerSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return settings.Schedule switch
        {
            NoiseScheduleKind.Cosine => Cosine(settings.TrainingTimesteps),
            NoiseScheduleKind.Linear => Linear(settings.TrainingTimesteps, settings.BetaStart, settings.BetaEnd),
            NoiseScheduleKind.ScaledLinear => ScaledLinear(settings.TrainingTimesteps, settings.BetaStart, settings.BetaEnd),
            NoiseScheduleKind.Listed => Listed(settings.Betas ?? throw new ArgumentException("A listed schedule needs its list of βs.", nameof(settings))),
            _ => throw new ArgumentException($"Unknown noise schedule {settings.Schedule}.", nameof(settings)),
        };
    }

    /// <summary>β_i = min(1 − f((i+1)/T) / f(i/T), 0.999) with f(u) = cos²((u + 0.008)/1.008 · π/2).</summary>
    /// <param name="trainingTimesteps">T, 1 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are no timesteps.</exception>
    /// <remarks>Source: Nichol and Dhariwal (2021), Improved DDPM, eq. 17.</remarks>
    public static NoiseSchedule Cosine(int trainingTimesteps = 1000)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(trainingTimesteps, 1);
        var betas = new double[trainingTimesteps];
        for (var timestep = 0; timestep < betas.Length; timestep++)
        {
            var ratio = CosineCurve((timestep + 1.0) / trainingTimesteps) / CosineCurve((double)timestep / trainingTimesteps);
            betas[timestep] = Math.Min(1 - ratio, CosineMaximumBeta);
        }

        return new NoiseSchedule(NoiseScheduleKind.Cosine, betas);
    }

    /// <summary>T evenly spaced βs, both ends included.</summary>
    /// <param name="trainingTimesteps">T, 2 or more.</param>
    /// <param name="betaStart">The first β, inside (0, 1).</param>
    /// <param name="betaEnd">The last β, inside (0, 1).</param>
    /// <exception cref="ArgumentException">T is less than 2 or a β is outside (0, 1).</exception>
    public static NoiseSchedule Linear(int trainingTimesteps, double betaStart, double betaEnd) =>
        new(NoiseScheduleKind.Linear, Validated(EvenlySpaced(trainingTimesteps, betaStart, betaEnd)));

    /// <summary>T βs whose square roots are evenly spaced, both ends included.</summary>
    /// <param name="trainingTimesteps">T, 2 or more.</param>
    /// <param name="betaStart">The first β, inside (0, 1).</param>
    /// <param name="betaEnd">The last β, inside (0, 1).</param>
    /// <exception cref="ArgumentException">T is less than 2 or a β is outside (0, 1).</exception>
    public static NoiseSchedule ScaledLinear(int trainingTimesteps, double betaStart, double betaEnd)
    {
        var betas = EvenlySpaced(trainingTimesteps, Math.Sqrt(betaStart), Math.Sqrt(betaEnd));
        for (var timestep = 0; timestep < betas.Length; timestep++)
        {
            betas[timestep] *= betas[timestep];
        }

        return new NoiseSchedule(NoiseScheduleKind.ScaledLinear, Validated(betas));
    }

    /// <summary>A schedule of given βs; T is their number.</summary>
    /// <param name="betas">Each inside (0, 1), cleanest timestep first; at least one.</param>
    /// <exception cref="ArgumentException">The list is empty or a β is outside (0, 1).</exception>
    public static NoiseSchedule Listed(IReadOnlyList<double> betas)
    {
        ArgumentNullException.ThrowIfNull(betas);
        return new NoiseSchedule(NoiseScheduleKind.Listed, Validated([.. betas]));
    }

    /// <summary>ᾱ = ∏(1−β), the share of variance that is still the clean sample.</summary>
    /// <param name="timestep">−1 … T−1; 1 at −1, the clean sample.</param>
    public double AlphaBar(int timestep) => timestep == -1 ? 1 : alphaBars[timestep];

    /// <summary>x_t of a clean sample: √ᾱ_t·x₀ + √(1−ᾱ_t)·ε.</summary>
    /// <param name="timestep">−1 … T−1; at −1 the sample stays clean.</param>
    /// <param name="cleanSample">x₀.</param>
    /// <param name="noise">Standard normal noise of the same length.</param>
    /// <param name="noisySample">Receives x_t, of the same length.</param>
    /// <exception cref="ArgumentException">Lengths differ.</exception>
    /// <remarks>Source: Ho et al. (2020), DDPM, eq. 4.</remarks>
    public void AddNoise(int timestep, ReadOnlySpan<float> cleanSample, ReadOnlySpan<float> noise, Span<float> noisySample)
    {
        StepSequence.RequireLength(cleanSample.Length, noise, nameof(noise));
        StepSequence.RequireLength(cleanSample.Length, noisySample, nameof(noisySample));
        var alphaBar = AlphaBar(timestep);
        TensorPrimitives.Multiply(cleanSample, (float)Math.Sqrt(alphaBar), noisySample);
        TensorPrimitives.MultiplyAdd(noise, (float)Math.Sqrt(1 - alphaBar), noisySample, noisySample);
    }

    /// <summary>λ = ln(√ᾱ / √(1−ᾱ)), half the logarithm of the signal-to-noise ratio.</summary>
    /// <param name="timestep">−1 … T−1; +∞ at −1.</param>
    public double Lambda(int timestep)
    {
        var alphaBar = AlphaBar(timestep);
        return 0.5 * (Math.Log(alphaBar) - Math.Log(1 - alphaBar));
    }

    private static double CosineCurve(double fraction)
    {
        var cosine = Math.Cos((fraction + CosineOffset) / (1 + CosineOffset) * Math.PI / 2);
        return cosine * cosine;
    }

    private static double[] EvenlySpaced(int count, double first, double last)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 2);
        var values = new double[count];
        for (var index = 0; index < count; index++)
        {
            values[index] = first + ((last - first) * index / (count - 1));
        }

        return values;
    }

    private static double[] Validated(double[] betas)
    {
        if (betas.Length == 0)
        {
            throw new ArgumentException("A noise schedule needs at least one timestep.", nameof(betas));
        }

        foreach (var beta in betas)
        {
            if (!(beta > 0 && beta < 1))
            {
                throw new ArgumentException($"Every β must be inside (0, 1), not {beta}.", nameof(betas));
            }
        }

        return betas;
    }
}
