using System.Numerics.Tensors;

namespace PromptCanvas.Diffusion.Schedulers;

/// <summary>DDIM for any plan; the next timestep is the plan's next entry.</summary>
/// <remarks>
/// Source: Song et al. (2021), DDIM, eq. 12. ε̂ is derived again from the clipped x̂₀, as guided-diffusion and GLIDE do: with the network's
/// own ε̂ a strongly guided sample drifts out of range.
/// </remarks>
public sealed class DdimSampler : ISampler
{
    private readonly NoiseSchedule schedule;
    private readonly double eta;
    private readonly CleanSampleEstimator estimator;
    private readonly StepSequence sequence;

    /// <summary>Creates one sample's sampler.</summary>
    /// <param name="schedule">The noise schedule; its T bounds the plan's timesteps.</param>
    /// <param name="settings">Target and clipping.</param>
    /// <param name="plan">Which timesteps.</param>
    /// <param name="eta">η, 0 … 1: 0 = deterministic, 1 = the posterior's noise.</param>
    /// <exception cref="ArgumentOutOfRangeException">η is outside 0 … 1.</exception>
    public DdimSampler(NoiseSchedule schedule, SchedulerSettings settings, TimestepPlan plan, double eta = 0)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(plan);
        if (!(eta >= 0 && eta <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(eta), eta, "η must be inside 0 … 1.");
        }

        this.schedule = schedule;
        this.eta = eta;
        estimator = new CleanSampleEstimator(schedule, settings);
        sequence = new StepSequence(plan);
        Plan = plan;
    }

    /// <inheritdoc/>
    public TimestepPlan Plan { get; }

    /// <inheritdoc/>
    public bool NeedsNoise(int step) => eta > 0 && Plan.PreviousTimestep(step) >= 0;

    /// <inheritdoc/>
    public void Step(
        int step,
        Span<float> noisySample,
        ReadOnlySpan<float> predicted,
        ReadOnlySpan<float> predictedVariance,
        ReadOnlySpan<float> noise,
        Span<float> cleanSample)
    {
        if (NeedsNoise(step))
        {
            StepSequence.RequireLength(noisySample.Length, noise, nameof(noise));
        }

        sequence.Advance(step, noisySample, predicted, cleanSample);
        var timestep = Plan.Timestep(step);
        var previousTimestep = Plan.PreviousTimestep(step);
        estimator.Estimate(timestep, noisySample, predicted, cleanSample);
        if (previousTimestep < 0)
        {
            cleanSample.CopyTo(noisySample);
            return;
        }

        var alphaBar = schedule.AlphaBar(timestep);
        var previousAlphaBar = schedule.AlphaBar(previousTimestep);
        var posteriorVariance = (1 - previousAlphaBar) / (1 - alphaBar) * (1 - (alphaBar / previousAlphaBar));
        var standardDeviation = eta * Math.Sqrt(posteriorVariance);

        // √ᾱ_p·x̂₀ + √(1−ᾱ_p−σ²)·ε̂ with ε̂ = (x − √ᾱ·x̂₀)/√(1−ᾱ), as weights of x and x̂₀.
        var noisyWeight = Math.Sqrt(Math.Max(0, 1 - previousAlphaBar - (standardDeviation * standardDeviation)) / (1 - alphaBar));
        var cleanWeight = Math.Sqrt(previousAlphaBar) - (noisyWeight * Math.Sqrt(alphaBar));
        TensorPrimitives.Multiply(noisySample, (float)noisyWeight, noisySample);
        TensorPrimitives.MultiplyAdd(cleanSample, (float)cleanWeight, noisySample, noisySample);
        if (standardDeviation > 0)
        {
            TensorPrimitives.MultiplyAdd(noise, (float)standardDeviation, noisySample, noisySample);
        }
    }

    /// <inheritdoc/>
    public void Rewind() => sequence.Rewind();
}
