using System.Numerics.Tensors;

namespace PromptCanvas.Diffusion.Schedulers;

/// <summary>DDIM backwards: from a clean sample to the noise from which DDIM draws it again. Deterministic, never clipped; use it without guidance.</summary>
/// <remarks>
/// Source: Dhariwal and Nichol (2021), section F; unCLIP (Ramesh et al., 2022), section 3.1. The network is evaluated at the lower of the
/// two noise levels, so a round trip is exact only in the limit of many steps: 50 at least, 100–250 to get a picture back. Corrections
/// evaluate it again at the higher level, where the DDIM step down will, and so close in on the sample that this step leads back from
/// (fixed-point iteration; Pan et al., 2023, Effective Real Image Editing with Accelerated Iterative Diffusion Inversion).
/// </remarks>
public sealed class DdimInversion : IStepper
{
    private readonly NoiseSchedule schedule;
    private readonly CleanSampleEstimator estimator;
    private readonly int[] ascending;
    private readonly int corrections;
    private float[] lower = [];

    /// <summary>Creates the inversion of a DDIM run.</summary>
    /// <param name="schedule">The noise schedule.</param>
    /// <param name="settings">The prediction target; clipping is ignored.</param>
    /// <param name="plan">The plan of the DDIM run; visited from its end, starting at timestep 0 whether or not the plan has it.</param>
    /// <param name="corrections">Corrections of each step, 0 or more; each is a step of its own here.</param>
    /// <param name="startingNoise">0 = from the clean sample at timestep 0; otherwise from the lowest level of the plan at which noise is at
    /// least this large against the sample, √(1−ᾱ)/√ᾱ, if the plan has one above it: <see cref="AddStartingNoise"/> brings the sample there.</param>
    /// <exception cref="ArgumentException">The plan has only timestep 0.</exception>
    public DdimInversion(NoiseSchedule schedule, SchedulerSettings settings, TimestepPlan plan, int corrections = 0, double startingNoise = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(startingNoise);
        ArgumentOutOfRangeException.ThrowIfNegative(corrections);
        ArgumentNullException.ThrowIfNull(schedule);
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(plan);
        this.schedule = schedule;
        this.corrections = corrections;
        estimator = new CleanSampleEstimator(schedule, settings);
        List<int> levels = [.. plan.Timesteps];
        levels.Reverse();
        var noisy = levels.FindAll(level => Math.Sqrt((1 - schedule.AlphaBar(level)) / schedule.AlphaBar(level)) >= startingNoise);
        if (startingNoise > 0 && noisy.Count > 1)
        {
            levels = noisy;
        }
        else if (levels[0] != 0)
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
    public int Steps => (ascending.Length - 1) * (1 + corrections);

    /// <summary>The timestep at which the network is evaluated in this step.</summary>
    /// <param name="step">Loop counter, 0 … <see cref="Steps"/> − 1.</param>
    public int Timestep(int step) => ascending[(step / (1 + corrections)) + (IsCorrection(step) ? 1 : 0)];

    /// <summary>The noisier timestep this step leads to; a correction stays there.</summary>
    /// <param name="step">Loop counter, 0 … <see cref="Steps"/> − 1.</param>
    public int NextTimestep(int step) => ascending[(step / (1 + corrections)) + 1];

    /// <summary>Brings a clean sample to the level of step 0, in place.</summary>
    /// <param name="sample">The clean sample in, x at <see cref="Timestep"/> of step 0 out.</param>
    /// <param name="noise">Standard normal, of the same length.</param>
    /// <exception cref="ArgumentException">Lengths differ.</exception>
    public void AddStartingNoise(Span<float> sample, ReadOnlySpan<float> noise)
    {
        StepSequence.RequireLength(sample.Length, noise, nameof(noise));
        var alphaBar = schedule.AlphaBar(Timestep(0));
        TensorPrimitives.Multiply(sample, (float)Math.Sqrt(alphaBar), sample);
        TensorPrimitives.MultiplyAdd(noise, (float)Math.Sqrt(1 - alphaBar), sample, sample);
    }

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
        if (IsCorrection(step))
        {
            Correct(step, sample, predicted, cleanSample);
            return;
        }

        estimator.EstimateUnclipped(Timestep(step), sample, predicted, cleanSample);
        if (corrections > 0)
        {
            lower = sample.ToArray();
        }

        var alphaBar = schedule.AlphaBar(Timestep(step));
        var nextAlphaBar = schedule.AlphaBar(NextTimestep(step));
        var noisyWeight = Math.Sqrt((1 - nextAlphaBar) / (1 - alphaBar));
        var cleanWeight = Math.Sqrt(nextAlphaBar) - (noisyWeight * Math.Sqrt(alphaBar));
        TensorPrimitives.Multiply(sample, (float)noisyWeight, sample);
        TensorPrimitives.MultiplyAdd(cleanSample, (float)cleanWeight, sample, sample);
    }

    private bool IsCorrection(int step) => step % (1 + corrections) != 0;

    /// <summary>x_b ← √(ᾱ_b/ᾱ_a)·x_a + (√(1−ᾱ_b) − √(ᾱ_b/ᾱ_a)·√(1−ᾱ_a))·ε̂(x_b), with ε̂ from x̂₀ as the sampler takes it.</summary>
    private void Correct(int step, Span<float> sample, ReadOnlySpan<float> predicted, Span<float> cleanSample)
    {
        var first = step - (step % (1 + corrections));
        var alphaBar = schedule.AlphaBar(Timestep(first));
        var nextAlphaBar = schedule.AlphaBar(NextTimestep(step));
        estimator.Estimate(NextTimestep(step), sample, predicted, cleanSample);

        // ε̂ takes the sample's place, then its weight, then what it is added to.
        TensorPrimitives.MultiplyAdd(cleanSample, (float)-Math.Sqrt(nextAlphaBar), sample, sample);
        var ratio = Math.Sqrt(nextAlphaBar / alphaBar);
        var noiseWeight = (Math.Sqrt(1 - nextAlphaBar) - (ratio * Math.Sqrt(1 - alphaBar))) / Math.Sqrt(1 - nextAlphaBar);
        TensorPrimitives.Multiply(sample, (float)noiseWeight, sample);
        TensorPrimitives.MultiplyAdd(lower, (float)ratio, sample, sample);
    }
}
