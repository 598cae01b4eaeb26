namespace PromptCanvas.Diffusion.Schedulers;

/// <summary>One sample's way from noise to clean under one update rule. Holds that sample's history: one instance per lane, not thread-safe.</summary>
public interface ISampler
{
    /// <summary>Which timesteps, in which order.</summary>
    TimestepPlan Plan { get; }

    /// <summary>Whether <see cref="Step"/> uses noise at this step.</summary>
    /// <param name="step">Loop counter, 0 … N−1.</param>
    bool NeedsNoise(int step);

    /// <summary>Moves a noisy sample from this step's timestep to the next less noisy one, in place.</summary>
    /// <param name="step">Loop counter, 0 … N−1; called once for each, in order.</param>
    /// <param name="noisySample">x_t in; x at the next timestep out (the clean sample after the last step).</param>
    /// <param name="predicted">The network's output of the same length, guidance already applied.</param>
    /// <param name="predictedVariance">The network's variance output v of the same length; empty where there is none or it is not used.</param>
    /// <param name="noise">Standard normal noise of the same length; may be empty when <see cref="NeedsNoise"/> is false.</param>
    /// <param name="cleanSample">Receives x̂₀, clipped or thresholded as the settings say.</param>
    /// <exception cref="ArgumentException">Lengths differ, the step is out of order, or a learned variance is missing.</exception>
    void Step(
        int step,
        Span<float> noisySample,
        ReadOnlySpan<float> predicted,
        ReadOnlySpan<float> predictedVariance,
        ReadOnlySpan<float> noise,
        Span<float> cleanSample);

    /// <summary>Takes the last step back: it is the next one again, and what the sampler remembered of it is forgotten.</summary>
    /// <exception cref="InvalidOperationException">No step has been taken since the start.</exception>
    void Rewind();
}
