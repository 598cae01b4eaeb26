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
}
