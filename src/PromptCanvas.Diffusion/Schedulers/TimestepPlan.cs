namespace PromptCanvas.Diffusion.Schedulers;

/// <summary>Which training timesteps are visited, noisiest first, and where each leads.</summary>
public sealed class TimestepPlan
{
    private readonly int[] timesteps;

    /// <summary>Creates a plan from a list.</summary>
    /// <param name="timesteps">Strictly descending, all ≥ 0; at least one.</param>
    /// <exception cref="ArgumentException">The list is empty, negative or not strictly descending.</exception>
    public TimestepPlan(IReadOnlyList<int> timesteps)
    {
        ArgumentNullException.ThrowIfNull(timesteps);
        if (timesteps.Count == 0)
        {
            throw new ArgumentException("A plan needs at least one timestep.", nameof(timesteps));
        }

        for (var step = 0; step < timesteps.Count; step++)
        {
            if (timesteps[step] < 0 || (step > 0 && timesteps[step] >= timesteps[step - 1]))
            {
                throw new ArgumentException("Timesteps must be strictly descending and not negative.", nameof(timesteps));
            }
        }

        this.timesteps = [.. timesteps];
    }

    /// <summary>N, the number of steps.</summary>
    public int Steps => timesteps.Length;

    /// <summary>All timesteps, noisiest first.</summary>
    public IReadOnlyList<int> Timesteps => timesteps;

    /// <summary>The timestep at which the network is evaluated in this step.</summary>
    /// <param name="step">Loop counter, 0 … N−1.</param>
    public int Timestep(int step) => timesteps[step];

    /// <summary>The next less noisy timestep; −1, the clean image, after the last step.</summary>
    /// <param name="step">Loop counter, 0 … N−1.</param>
    public int PreviousTimestep(int step) => step + 1 < timesteps.Length ? timesteps[step + 1] : -1;
}
