namespace PromptCanvas.Diffusion.Schedulers;

/// <summary>One sample's way over the noise levels of a schedule, in either direction. Holds that sample's history.</summary>
public interface IStepper
{
    /// <summary>N, the number of steps, each one network evaluation.</summary>
    int Steps { get; }

    /// <summary>The timestep at which the network is evaluated in a step.</summary>
    /// <param name="step">Loop counter, 0 … N−1.</param>
    int Timestep(int step);

    /// <summary>Whether <see cref="Step"/> uses noise at this step.</summary>
    /// <param name="step">Loop counter, 0 … N−1.</param>
    bool NeedsNoise(int step);

    /// <summary>Moves a sample from this step's timestep to the next one, in place.</summary>
    /// <param name="step">Loop counter, 0 … N−1; called once for each, in order.</param>
    /// <param name="noisySample">x at this step's timestep in, at the next one out (for a sampler the clean sample after the last step).</param>
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
}
