using System.Numerics.Tensors;

namespace PromptCanvas.Diffusion.Schedulers;

/// <summary>DPM-Solver++ 2M, deterministic: second order by remembering the clean sample of the step before.</summary>
/// <remarks>Source: Lu et al. (2022), DPM-Solver++, algorithm 2. The first step is first order, and so is the last, which returns x̂₀.</remarks>
public sealed class DpmSolverSampler : Sampler
{
    private float[] previousCleanSample = [];
    private bool remembers;

    /// <summary>Creates one sample's sampler.</summary>
    /// <param name="schedule">The noise schedule; its T bounds the plan's timesteps.</param>
    /// <param name="settings">Target and clipping.</param>
    /// <param name="plan">Which timesteps.</param>
    public DpmSolverSampler(NoiseSchedule schedule, SchedulerSettings settings, TimestepPlan plan)
        : base(schedule, settings, plan)
    {
    }

    /// <inheritdoc/>
    public override bool NeedsNoise(int step) => false;

    /// <inheritdoc/>
    public override void Step(
        int step,
        Span<float> noisySample,
        ReadOnlySpan<float> predicted,
        ReadOnlySpan<float> predictedVariance,
        ReadOnlySpan<float> noise,
        Span<float> cleanSample)
    {
        if (remembers)
        {
            StepSequence.RequireLength(previousCleanSample.Length, noisySample, nameof(noisySample));
        }

        Advance(step, noisySample, predicted, noise, cleanSample);
        var timestep = Plan.Timestep(step);
        var previousTimestep = Plan.PreviousTimestep(step);
        Estimator.Estimate(timestep, noisySample, predicted, cleanSample);
        if (previousTimestep < 0)
        {
            cleanSample.CopyTo(noisySample);
            return;
        }

        var alphaBar = Schedule.AlphaBar(timestep);
        var previousAlphaBar = Schedule.AlphaBar(previousTimestep);
        var stride = Schedule.Lambda(previousTimestep) - Schedule.Lambda(timestep);
        var noisyWeight = Math.Sqrt((1 - previousAlphaBar) / (1 - alphaBar));
        var cleanWeight = -Math.Sqrt(previousAlphaBar) * (Math.Exp(-stride) - 1);
        TensorPrimitives.Multiply(noisySample, (float)noisyWeight, noisySample);
        if (!remembers)
        {
            TensorPrimitives.MultiplyAdd(cleanSample, (float)cleanWeight, noisySample, noisySample);
        }
        else
        {
            // m + ½(m − m₋)/r, as weights of m and m₋.
            var ratio = (Schedule.Lambda(timestep) - Schedule.Lambda(Plan.Timestep(step - 1))) / stride;
            TensorPrimitives.MultiplyAdd(cleanSample, (float)(cleanWeight * (1 + (0.5 / ratio))), noisySample, noisySample);
            TensorPrimitives.MultiplyAdd(previousCleanSample, (float)(-cleanWeight * 0.5 / ratio), noisySample, noisySample);
        }

        Remember(cleanSample);
    }

    /// <inheritdoc/>
    /// <remarks>The repeated step is first order, like the first.</remarks>
    public override void Rewind()
    {
        base.Rewind();
        remembers = false;
    }

    private void Remember(ReadOnlySpan<float> cleanSample)
    {
        if (previousCleanSample.Length != cleanSample.Length)
        {
            previousCleanSample = new float[cleanSample.Length];
        }

        cleanSample.CopyTo(previousCleanSample);
        remembers = true;
    }
}
