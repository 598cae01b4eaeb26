using System.Buffers;
using System.Numerics.Tensors;

namespace PromptCanvas.Diffusion.Schedulers;

/// <summary>Turns what a network predicts into the clean sample x̂₀ every sampler works with, and keeps it in range.</summary>
/// <param name="schedule">The noise schedule the network was trained on.</param>
/// <param name="settings">Prediction target, clipping and thresholding.</param>
public sealed class CleanSampleEstimator(NoiseSchedule schedule, SchedulerSettings settings)
{
    // Four arrays of so many floats stay in the cache nearest to the processor but one.
    private const int CachedLength = 8192;

    /// <summary>How many values of a sample of a length may be estimated at a time, with the same result as all at once; as many as stay in the cache.</summary>
    /// <param name="length">The number of values in the whole sample.</param>
    internal int PartLength(int length) => settings.DynamicThresholding ? length : Math.Min(CachedLength, length);

    /// <summary>Estimates x̂₀ and clips or thresholds it as the settings say.</summary>
    /// <param name="timestep">0 … T−1.</param>
    /// <param name="noisySample">x_t of one sample.</param>
    /// <param name="predicted">The network's output of the same length, guidance already applied.</param>
    /// <param name="cleanSample">Receives x̂₀; must not overlap the others.</param>
    /// <exception cref="ArgumentException">Lengths differ.</exception>
    public void Estimate(int timestep, ReadOnlySpan<float> noisySample, ReadOnlySpan<float> predicted, Span<float> cleanSample)
    {
        EstimateUnclipped(timestep, noisySample, predicted, cleanSample);
        if (settings.DynamicThresholding)
        {
            Threshold(cleanSample);
        }
        else if (settings.ClipSample)
        {
            var range = (float)settings.ClipSampleRange;
            TensorPrimitives.Clamp(cleanSample, -range, range, cleanSample);
        }
    }

    /// <summary>Estimates x̂₀ and leaves it as it is.</summary>
    /// <param name="timestep">0 … T−1.</param>
    /// <param name="noisySample">x_t of one sample.</param>
    /// <param name="predicted">The network's output of the same length, guidance already applied.</param>
    /// <param name="cleanSample">Receives x̂₀; must not overlap the others.</param>
    /// <exception cref="ArgumentException">Lengths differ.</exception>
    public void EstimateUnclipped(int timestep, ReadOnlySpan<float> noisySample, ReadOnlySpan<float> predicted, Span<float> cleanSample)
    {
        var alphaBar = schedule.AlphaBar(timestep);
        var signal = (float)Math.Sqrt(alphaBar);
        var noise = (float)Math.Sqrt(1 - alphaBar);
        switch (settings.Target)
        {
            case PredictionTarget.CleanSample:
                predicted.CopyTo(cleanSample);
                break;
            case PredictionTarget.Noise:
                // Subtract before dividing: at the noisiest timesteps the quotient alone is 2·10⁴ times the sample.
                TensorPrimitives.MultiplyAdd(predicted, -noise, noisySample, cleanSample);
                TensorPrimitives.Divide(cleanSample, signal, cleanSample);
                break;
            case PredictionTarget.Velocity:
                TensorPrimitives.Multiply(noisySample, signal, cleanSample);
                TensorPrimitives.MultiplyAdd(predicted, -noise, cleanSample, cleanSample);
                break;
            default:
                throw new InvalidOperationException($"Unknown prediction target {settings.Target}.");
        }
    }

    /// <summary>Clamps to ±s and divides by s, where s is a high quantile of |x̂₀|, at least 1.</summary>
    /// <remarks>Source: Saharia et al. (2022), Imagen, section 2.3; the quantile is interpolated linearly.</remarks>
    private void Threshold(Span<float> cleanSample)
    {
        var scratch = ArrayPool<float>.Shared.Rent(cleanSample.Length);
        try
        {
            var magnitudes = scratch.AsSpan(0, cleanSample.Length);
            TensorPrimitives.Abs(cleanSample, magnitudes);
            magnitudes.Sort();
            var position = settings.DynamicThresholdingRatio * (magnitudes.Length - 1);
            var below = (int)position;
            var above = Math.Min(below + 1, magnitudes.Length - 1);
            var quantile = magnitudes[below] + ((magnitudes[above] - magnitudes[below]) * (position - below));
            var threshold = (float)Math.Clamp(quantile, 1, Math.Max(1, settings.SampleMaximum));
            TensorPrimitives.Clamp(cleanSample, -threshold, threshold, cleanSample);
            TensorPrimitives.Divide(cleanSample, threshold, cleanSample);
        }
        finally
        {
            ArrayPool<float>.Shared.Return(scratch);
        }
    }
}
