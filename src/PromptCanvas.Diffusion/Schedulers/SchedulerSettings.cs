namespace PromptCanvas.Diffusion.Schedulers;

/// <summary>The prediction target of a network.</summary>
public enum PredictionTarget
{
    /// <summary>The noise ε in x_t.</summary>
    Noise,

    /// <summary>The clean sample x₀.</summary>
    CleanSample,

    /// <summary>v = √ᾱ·ε − √(1−ᾱ)·x₀ (Salimans and Ho, 2022).</summary>
    Velocity,
}

/// <summary>How β is spread over the training timesteps.</summary>
public enum NoiseScheduleKind
{
    /// <summary>Nichol and Dhariwal (2021), eq. 17; diffusers' <c>squaredcos_cap_v2</c>.</summary>
    Cosine,

    /// <summary>β rises linearly.</summary>
    Linear,

    /// <summary>√β rises linearly.</summary>
    ScaledLinear,

    /// <summary>β is listed.</summary>
    Listed,
}

/// <summary>How much noise an ancestral step adds.</summary>
public enum VarianceKind
{
    /// <summary>β̃, the posterior variance.</summary>
    FixedSmall,

    /// <summary>β̃, computed through its logarithm.</summary>
    FixedSmallLog,

    /// <summary>β.</summary>
    FixedLarge,

    /// <summary>The network's own, as a variance.</summary>
    Learned,

    /// <summary>The network's own, as an interpolation between log β̃ and log β (Improved DDPM, eq. 15).</summary>
    LearnedRange,
}

/// <summary>Which update rule moves a sample.</summary>
public enum SamplerKind
{
    /// <summary>UnCLIP's ancestral (DDPM posterior) sampler.</summary>
    Ancestral,

    /// <summary>DDIM (Song et al., 2021).</summary>
    Ddim,

    /// <summary>DPM-Solver++ 2M (Lu et al., 2022).</summary>
    DpmSolverPlusPlus,
}

/// <summary>How a plan's steps are spread over the training timesteps.</summary>
public enum TimestepSpacing
{
    /// <summary>Evenly from T−1 to 0, both included.</summary>
    Linspace,

    /// <summary>Multiples of ⌊T/n⌋ from 0 upwards, plus an offset.</summary>
    Leading,

    /// <summary>Multiples of T/n from T−1 downwards.</summary>
    Trailing,
}

/// <summary>A component's <c>scheduler_config.json</c>.</summary>
public sealed record SchedulerSettings
{
    /// <summary>How β is spread.</summary>
    public NoiseScheduleKind Schedule { get; init; } = NoiseScheduleKind.Cosine;

    /// <summary>First β of linear schedules.</summary>
    public double BetaStart { get; init; } = 1e-4;

    /// <summary>Last β of linear schedules.</summary>
    public double BetaEnd { get; init; } = 0.02;

    /// <summary>The βs themselves, for <see cref="NoiseScheduleKind.Listed"/>.</summary>
    public IReadOnlyList<double>? Betas { get; init; }

    /// <summary>T, the number of training timesteps.</summary>
    public int TrainingTimesteps { get; init; } = 1000;

    /// <summary>
    /// How ancestral and DDIM steps are spread; null = <see cref="TimestepSpacing.Linspace"/> for cosine schedules (UnCLIP's scheduler has no
    /// choice) and <see cref="TimestepSpacing.Leading"/> for others (DDPM's default).
    /// </summary>
    public TimestepSpacing? Spacing { get; init; }

    /// <summary>Added to every timestep of <see cref="TimestepSpacing.Leading"/>; Kandinsky 2.2 has 1.</summary>
    public int StepsOffset { get; init; }

    /// <summary>The network's prediction target.</summary>
    public PredictionTarget Target { get; init; } = PredictionTarget.Noise;

    /// <summary>How much noise an ancestral step adds.</summary>
    public VarianceKind Variance { get; init; } = VarianceKind.FixedSmallLog;

    /// <summary>Whether the predicted clean sample is clipped.</summary>
    public bool ClipSample { get; init; } = true;

    /// <summary>r of the clip to [−r, r].</summary>
    public double ClipSampleRange { get; init; } = 1;

    /// <summary>Whether dynamic thresholding replaces the clip (Imagen, section 2.3).</summary>
    public bool DynamicThresholding { get; init; }

    /// <summary>The quantile of |x̂₀| used by dynamic thresholding.</summary>
    public double DynamicThresholdingRatio { get; init; } = 0.995;

    /// <summary>The largest threshold dynamic thresholding uses.</summary>
    public double SampleMaximum { get; init; } = 1;
}
