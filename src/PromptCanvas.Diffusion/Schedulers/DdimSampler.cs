using System.Numerics.Tensors;

namespace PromptCanvas.Diffusion.Schedulers;

/// <summary>DDIM for any plan; the next timestep is the plan's next entry.</summary>
/// <remarks>
/// Source: Song et al. (2021), DDIM, eq. 12. ε̂ is derived again from the clipped x̂₀, as guided-diffusion and GLIDE do: with the network's
/// own ε̂ a strongly guided sample drifts out of range.
/// </remarks>
public sealed class DdimSampler : Sampler
{
    private readonly double eta;

    /// <summary>Creates one sample's sampler.</summary>
    /// <param name="schedule">The noise schedule; its T bounds the plan's timesteps.</param>
    /// <param name="settings">Target and clipping.</param>
    /// <param name="plan">Which timesteps.</param>
    /// <param name="eta">η, 0 … 1: 0 = deterministic, 1 = the posterior's noise.</param>
    /// <exception cref="ArgumentOutOfRangeException">η is outside 0 … 1.</exception>
    public DdimSampler(NoiseSchedule schedule, SchedulerSettings settings, TimestepPlan plan, double eta = 0)
        : base(schedule, settings, plan)
    {
        if (!(eta >= 0 && eta <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(eta), eta, "η must be inside 0 … 1.");
        }

        this.eta = eta;
    }

    /// <inheritdoc/>
    public override bool NeedsNoise(int step) => eta > 0 && Plan.PreviousTimestep(step) >= 0;

    /// <inheritdoc/>
    public override void Step(
        int step,
        Span<float> noisySample,
        ReadOnlySpan<float> predicted,
        ReadOnlySpan<float> predictedVariance,
        ReadOnlySpan<float> noise,
        Span<float> cleanSample)
    {
        Advance(step, noisySample, predicted, noise, cleanSample);
        var weights = WeightsOf(Plan.Timestep(step), Plan.PreviousTimestep(step));
        var partLength = Estimator.PartLength(noisySample.Length);
        for (var start = 0; start < noisySample.Length; start += partLength)
        {
            var part = start..Math.Min(start + partLength, noisySample.Length);
            var clean = cleanSample[part];
            Estimator.Estimate(Plan.Timestep(step), noisySample[part], predicted[part], clean);
            if (Plan.PreviousTimestep(step) < 0)
            {
                clean.CopyTo(noisySample[part]);
            }
            else
            {
                Move(noisySample[part], clean, weights.Noise > 0 ? noise[part] : [], weights);
            }
        }
    }

    private static void Move(Span<float> noisySample, ReadOnlySpan<float> cleanSample, ReadOnlySpan<float> noise, (float Noisy, float Clean, float Noise) weights)
    {
        TensorPrimitives.Multiply(noisySample, weights.Noisy, noisySample);
        TensorPrimitives.MultiplyAdd(cleanSample, weights.Clean, noisySample, noisySample);
        if (weights.Noise > 0)
        {
            TensorPrimitives.MultiplyAdd(noise, weights.Noise, noisySample, noisySample);
        }
    }

    /// <summary>√ᾱ_p·x̂₀ + √(1−ᾱ_p−σ²)·ε̂ + σ·noise with ε̂ = (x − √ᾱ·x̂₀)/√(1−ᾱ), as weights of x, x̂₀ and noise.</summary>
    private (float Noisy, float Clean, float Noise) WeightsOf(int timestep, int previousTimestep)
    {
        var alphaBar = Schedule.AlphaBar(timestep);
        var previousAlphaBar = Schedule.AlphaBar(previousTimestep);
        var posteriorVariance = (1 - previousAlphaBar) / (1 - alphaBar) * (1 - (alphaBar / previousAlphaBar));
        var standardDeviation = eta * Math.Sqrt(posteriorVariance);
        var noisyWeight = Math.Sqrt(Math.Max(0, 1 - previousAlphaBar - (standardDeviation * standardDeviation)) / (1 - alphaBar));
        return ((float)noisyWeight, (float)(Math.Sqrt(previousAlphaBar) - (noisyWeight * Math.Sqrt(alphaBar))), (float)standardDeviation);
    }
}
