using System.Numerics.Tensors;

namespace PromptCanvas.Diffusion.Schedulers;

/// <summary>The ancestral (DDPM posterior) sampler of UnCLIP, for any plan.</summary>
/// <remarks>Source: Ho et al. (2020), DDPM, eq. 7, with β and α of the stride between two kept timesteps; learned variance from Improved DDPM, eq. 15.</remarks>
public sealed class AncestralSampler : Sampler
{
    private const double VarianceFloor = 1e-20;
    private const int ChunkLength = 512;

    private readonly VarianceKind variance;

    /// <summary>Creates one sample's sampler.</summary>
    /// <param name="schedule">The noise schedule; its T bounds the plan's timesteps.</param>
    /// <param name="settings">Target, clipping and variance kind.</param>
    /// <param name="plan">Which timesteps.</param>
    public AncestralSampler(NoiseSchedule schedule, SchedulerSettings settings, TimestepPlan plan)
        : base(schedule, settings, plan) => variance = settings.Variance;

    private bool VarianceIsLearned => variance is VarianceKind.Learned or VarianceKind.LearnedRange;

    /// <inheritdoc/>
    /// <remarks>DDPM's last step ends above timestep 0 and draws as well; a fixed small variance leaves 1e-10 of it, which is not worth the draw.</remarks>
    public override bool NeedsNoise(int step) =>
        Plan.PreviousTimestep(step) >= 0 || (Plan.Timestep(step) > 0 && (VarianceIsLearned || variance == VarianceKind.FixedLarge));

    /// <inheritdoc/>
    public override void Step(
        int step,
        Span<float> noisySample,
        ReadOnlySpan<float> predicted,
        ReadOnlySpan<float> predictedVariance,
        ReadOnlySpan<float> noise,
        Span<float> cleanSample)
    {
        if (NeedsNoise(step) && VarianceIsLearned)
        {
            StepSequence.RequireLength(noisySample.Length, predictedVariance, nameof(predictedVariance));
        }

        Advance(step, noisySample, predicted, noise, cleanSample);
        var timestep = Plan.Timestep(step);
        var alphaBar = Schedule.AlphaBar(timestep);
        var previousAlphaBar = Schedule.AlphaBar(Plan.PreviousTimestep(step));
        var alpha = alphaBar / previousAlphaBar;
        var beta = 1 - alpha;
        var cleanWeight = (float)(Math.Sqrt(previousAlphaBar) * beta / (1 - alphaBar));
        var noisyWeight = (float)(Math.Sqrt(alpha) * (1 - previousAlphaBar) / (1 - alphaBar));
        var posteriorVariance = Math.Max((1 - previousAlphaBar) / (1 - alphaBar) * beta, VarianceFloor);
        var partLength = Estimator.PartLength(noisySample.Length);
        for (var start = 0; start < noisySample.Length; start += partLength)
        {
            var part = start..Math.Min(start + partLength, noisySample.Length);
            var noisy = noisySample[part];
            var clean = cleanSample[part];
            Estimator.Estimate(timestep, noisy, predicted[part], clean);
            if (!NeedsNoise(step))
            {
                clean.CopyTo(noisy);
                continue;
            }

            TensorPrimitives.Multiply(noisy, noisyWeight, noisy);
            TensorPrimitives.MultiplyAdd(clean, cleanWeight, noisy, noisy);
            AddNoise(noisy, VarianceIsLearned ? predictedVariance[part] : [], noise[part], beta, posteriorVariance);
        }
    }

    private void AddNoise(
        Span<float> sample, ReadOnlySpan<float> predictedVariance, ReadOnlySpan<float> noise, double beta, double posteriorVariance)
    {
        if (!VarianceIsLearned)
        {
            var standardDeviation = Math.Sqrt(variance == VarianceKind.FixedLarge ? beta : posteriorVariance);
            TensorPrimitives.MultiplyAdd(noise, (float)standardDeviation, sample, sample);
            return;
        }

        Span<float> chunk = stackalloc float[ChunkLength];
        for (var start = 0; start < sample.Length; start += ChunkLength)
        {
            var length = Math.Min(ChunkLength, sample.Length - start);
            var standardDeviations = chunk[..length];
            var part = sample.Slice(start, length);
            LearnedStandardDeviations(predictedVariance.Slice(start, length), beta, posteriorVariance, standardDeviations);
            TensorPrimitives.MultiplyAdd(noise.Slice(start, length), standardDeviations, part, part);
        }
    }

    private void LearnedStandardDeviations(
        ReadOnlySpan<float> predictedVariance, double beta, double posteriorVariance, Span<float> standardDeviations)
    {
        if (variance == VarianceKind.Learned)
        {
            TensorPrimitives.Max(predictedVariance, (float)VarianceFloor, standardDeviations);
            TensorPrimitives.Sqrt(standardDeviations, standardDeviations);
            return;
        }

        // exp(½·(f·ln β + (1−f)·ln β̃)) with f = (v+1)/2 is exp(v·¼(ln β − ln β̃) + ¼(ln β + ln β̃)).
        var slope = (Math.Log(beta) - Math.Log(posteriorVariance)) / 4;
        var middle = (Math.Log(beta) + Math.Log(posteriorVariance)) / 4;
        TensorPrimitives.Multiply(predictedVariance, (float)slope, standardDeviations);
        if (posteriorVariance == VarianceFloor)
        {
            // Between 1e-20 and β, a v of 1.7 instead of 1 makes noise of 43 instead of 0.04.
            TensorPrimitives.Clamp(standardDeviations, -(float)slope, (float)slope, standardDeviations);
        }

        TensorPrimitives.Add(standardDeviations, (float)middle, standardDeviations);
        TensorPrimitives.Exp(standardDeviations, standardDeviations);
    }
}
