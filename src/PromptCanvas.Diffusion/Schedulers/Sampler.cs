namespace PromptCanvas.Diffusion.Schedulers;

/// <summary>The common parts of every update rule: the plan, the order of its steps, and x̂₀ from the network's prediction.</summary>
public abstract class Sampler : ISampler
{
    private readonly StepSequence sequence;

    private protected Sampler(NoiseSchedule schedule, SchedulerSettings settings, TimestepPlan plan)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(plan);
        Schedule = schedule;
        Estimator = new CleanSampleEstimator(schedule, settings);
        sequence = new StepSequence(plan);
        Plan = plan;
    }

    /// <inheritdoc/>
    public TimestepPlan Plan { get; }

    private protected NoiseSchedule Schedule { get; }

    private protected CleanSampleEstimator Estimator { get; }

    /// <inheritdoc/>
    public abstract bool NeedsNoise(int step);

    /// <inheritdoc/>
    public abstract void Step(
        int step,
        Span<float> noisySample,
        ReadOnlySpan<float> predicted,
        ReadOnlySpan<float> predictedVariance,
        ReadOnlySpan<float> noise,
        Span<float> cleanSample);

    /// <inheritdoc/>
    public virtual void Rewind() => sequence.Rewind();

    /// <inheritdoc/>
    public void SkipTo(int step) => sequence.SkipTo(step);

    /// <summary>Accepts the next step, before anything is written.</summary>
    /// <exception cref="ArgumentException">Lengths differ or the step is out of order.</exception>
    private protected void Advance(
        int step, ReadOnlySpan<float> noisySample, ReadOnlySpan<float> predicted, ReadOnlySpan<float> noise, ReadOnlySpan<float> cleanSample)
    {
        if (NeedsNoise(step))
        {
            StepSequence.RequireLength(noisySample.Length, noise, nameof(noise));
        }

        sequence.Advance(step, noisySample, predicted, cleanSample);
    }
}
