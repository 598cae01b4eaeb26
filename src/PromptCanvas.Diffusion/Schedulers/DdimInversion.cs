using System.Numerics.Tensors;

namespace PromptCanvas.Diffusion.Schedulers;

/// <summary>DDIM backwards: from a clean sample to the noise from which DDIM draws it again. Deterministic, never clipped; use it without guidance.</summary>
/// <remarks>
/// Source: Dhariwal and Nichol (2021), section F; unCLIP (Ramesh et al., 2022), section 3.1. The network is evaluated at the lower of the
/// two noise levels, so a round trip is exact only in the limit of many steps: 50 at least, 100–250 to get a picture back.
/// </remarks>
public sealed class DdimInversion : IStepper
{
    private readonly NoiseSchedule schedule;
    private readonly CleanSampleEstimator estimator;
    private readonly int[] ascending;

    /// <summary>Creates the inversion of a DDIM run.</summary>
    /// <param name="schedule">The noise schedule.</param>
    /// <param name="settings">The prediction target; clipping is ignored.</param>
    /// <param name="plan">The plan of the DDIM run; visited from its end, starting at timestep 0 whether or not the plan has it.</param>
    /// <exception cref="ArgumentException">The plan has only timestep 0.</exception>
    public DdimInversion(NoiseSchedule schedule, SchedulerSettings settings, TimestepPlan plan)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(plan);
        this.schedule = schedule;
        estimator = new CleanSampleEstimator(schedule, settings);
        List<int> levels = [.. plan.Timesteps];
        levels.Reverse();
        if (levels[0] != 0)
        {
            levels.Insert(0, 0);
        }

        if (levels.Count < 2)
        {
            throw new ArgumentException("An inversion needs a timestep above 0.", nameof(plan));
        }

        ascending = [.. levels];
    }

    /// <summary>The number of steps, each one network evaluation.</summary>
    public int Steps => ascending.Length - 1;

    /// <summary>The timestep at which the network is evaluated in this step.</summary>
    /// <param name="step">Loop counter, 0 … <see cref="Steps"/> − 1.</param>
    public int Timestep(int step) => ascending[step];

    /// <summary>The noisier timestep this step leads to.</summary>
    /// <param name="step">Loop counter, 0 … <see cref="Steps"/> − 1.</param>
    public int NextTimestep(int step) => ascending[step + 1];

    bool IStepper.NeedsNoise(int step) => false;

    void IStepper.Step(
        int step,
        Span<float> noisySample,
        ReadOnlySpan<float> predicted,
        ReadOnlySpan<float> predictedVariance,
        ReadOnlySpan<float> noise,
        Span<float> cleanSample) => Step(step, noisySample, predicted, cleanSample);

    /// <summary>Moves a sample from this step's timestep to the next noisier one, in place.</summary>
    /// <param name="step">Loop counter, 0 … <see cref="Steps"/> − 1.</param>
    /// <param name="sample">x at <see cref="Timestep"/> in (the clean sample at step 0), x at <see cref="NextTimestep"/> out.</param>
    /// <param name="predicted">The network's output of the same length at <see cref="Timestep"/>.</param>
    /// <param name="cleanSample">Receives x̂₀.</param>
    /// <exception cref="ArgumentException">Lengths differ.</exception>
    public void Step(int step, Span<float> sample, ReadOnlySpan<float> predicted, Span<float> cleanSample)
    {
        StepSequence.RequireLength(sample.Length, predicted, nameof(predicted));
        StepSequence.RequireLength(sample.Length, cleanSample, nameof(cleanSample));
        estimator.EstimateUnclipped(Timestep(step), sample, predicted, cleanSample);
        var alphaBar = schedule.AlphaBar(Timestep(step));
        var nextAlphaBar = schedule.AlphaBar(NextTimestep(step));
        var noisyWeight = Math.Sqrt((1 - nextAlphaBar) / (1 - alphaBar));
        var cleanWeight = Math.Sqrt(nextAlphaBar) - (noisyWeight * Math.Sqrt(alphaBar));
        TensorPrimitives.Multiply(sample, (float)noisyWeight, sample);
        TensorPrimitives.MultiplyAdd(cleanSample, (float)cleanWeight, sample, sample);
    }
}
