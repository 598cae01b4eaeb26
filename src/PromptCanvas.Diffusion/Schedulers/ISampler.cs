namespace PromptCanvas.Diffusion.Schedulers;

/// <summary>One sample's way from noise to clean under one update rule: one instance per lane, not thread-safe.</summary>
public interface ISampler : IStepper
{
    /// <summary>Which timesteps, in which order.</summary>
    TimestepPlan Plan { get; }

    /// <inheritdoc/>
    int IStepper.Steps => Plan.Steps;

    /// <inheritdoc/>
    int IStepper.Timestep(int step) => Plan.Timestep(step);

    /// <summary>Undoes the last step: it becomes the next one again, and the sampler discards its memory of it.</summary>
    /// <exception cref="InvalidOperationException">No step has been taken since the start.</exception>
    void Rewind();

    /// <summary>Begins at a later step, with a sample that has that step's noise already (SDEdit).</summary>
    /// <param name="step">Loop counter, 0 … N−1.</param>
    /// <exception cref="InvalidOperationException">A step has been taken.</exception>
    void SkipTo(int step);
}
