namespace PromptCanvas.Diffusion.Schedulers;

/// <summary>Makes one sample's sampler with the plan that belongs to its update rule.</summary>
public static class SamplerFactory
{
    /// <summary>The fewest steps of any sampler.</summary>
    public const int MinimumSteps = 2;

    /// <summary>The most steps a sampler can take under a component's settings.</summary>
    /// <param name="kind">The update rule.</param>
    /// <param name="settings">The component's settings.</param>
    /// <exception cref="ArgumentException">The settings describe no schedule.</exception>
    public static int MaximumSteps(SamplerKind kind, SchedulerSettings settings)
    {
        var schedule = NoiseSchedule.FromSettings(settings);
        return kind == SamplerKind.DpmSolverPlusPlus
            ? TimestepPlans.MaximumDpmSolverSteps(schedule)
            : TimestepPlans.MaximumSteps(settings, schedule);
    }

    /// <summary>Makes a sampler and its own noise schedule.</summary>
    /// <param name="kind">The update rule.</param>
    /// <param name="settings">The component's settings.</param>
    /// <param name="steps">Network evaluations, <see cref="MinimumSteps"/> … <see cref="MaximumSteps"/>.</param>
    /// <param name="eta">DDIM's η, 0 … 1; others ignore it.</param>
    /// <exception cref="ArgumentException">The settings describe no schedule, or the steps do not fit it.</exception>
    public static ISampler Create(SamplerKind kind, SchedulerSettings settings, int steps, double eta = 0) =>
        Create(kind, settings, NoiseSchedule.FromSettings(settings), steps, eta);

    /// <summary>Creates a DDIM inversion: from a clean sample to the noise that reproduces it.</summary>
    /// <param name="settings">The component's settings.</param>
    /// <param name="steps">Steps of the DDIM run, <see cref="MinimumSteps"/> … <see cref="MaximumSteps"/>.</param>
    /// <param name="corrections">Corrections of each step, 0 or more.</param>
    /// <param name="startingNoise">Where it starts; see <see cref="DdimInversion"/>.</param>
    /// <exception cref="ArgumentException">The settings describe no schedule, or the steps do not fit it.</exception>
    public static DdimInversion CreateInversion(SchedulerSettings settings, int steps, int corrections = 0, double startingNoise = 0)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var schedule = NoiseSchedule.FromSettings(settings);
        return new DdimInversion(schedule, settings, TimestepPlans.FromSettings(settings, schedule, steps), corrections, startingNoise);
    }

    /// <summary>Makes a sampler on a schedule that many share.</summary>
    /// <param name="kind">The update rule.</param>
    /// <param name="settings">The component's settings.</param>
    /// <param name="schedule">What <see cref="NoiseSchedule.FromSettings"/> gives for the settings.</param>
    /// <param name="steps">Network evaluations, <see cref="MinimumSteps"/> … <see cref="MaximumSteps"/>.</param>
    /// <param name="eta">DDIM's η, 0 … 1; others ignore it.</param>
    /// <exception cref="ArgumentException">The steps do not fit the schedule.</exception>
    public static ISampler Create(SamplerKind kind, SchedulerSettings settings, NoiseSchedule schedule, int steps, double eta = 0)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(schedule);
        return kind switch
        {
            SamplerKind.Ancestral => new AncestralSampler(schedule, settings, TimestepPlans.FromSettings(settings, schedule, steps)),
            SamplerKind.Ddim => new DdimSampler(schedule, settings, TimestepPlans.FromSettings(settings, schedule, steps), eta),
            SamplerKind.DpmSolverPlusPlus => new DpmSolverSampler(schedule, settings, TimestepPlans.DpmSolver(schedule, steps)),
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "Unknown sampler."),
        };
    }
}
