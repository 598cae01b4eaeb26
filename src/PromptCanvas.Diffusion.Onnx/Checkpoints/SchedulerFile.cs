using PromptCanvas.Diffusion.Schedulers;

namespace PromptCanvas.Diffusion.Onnx.Checkpoints;

/// <summary>Reads <c>scheduler_config.json</c>. Absent keys take the defaults of the class the index names.</summary>
internal static class SchedulerFile
{
    /// <summary>The class of which only the noise schedule is read.</summary>
    public const string Pndm = "PNDMScheduler";

    /// <summary>The classes read.</summary>
    public static readonly string[] Classes = ["UnCLIPScheduler", "DDPMScheduler", "DDIMScheduler", Pndm];

    /// <summary>Reads the settings the samplers need.</summary>
    /// <param name="config">The file.</param>
    /// <param name="className">One of <see cref="Classes"/>.</param>
    /// <exception cref="ModelException">A value is bad, or the engine does not support it.</exception>
    public static SchedulerSettings Read(ComponentConfig config, string className)
    {
        config.Only("_class_name", className);
        config.Obey(ConfigTable.OfScheduler(className));
        return className switch
        {
            "UnCLIPScheduler" => ReadUnClip(config),
            Pndm => ReadSchedule(config, VarianceKind.FixedSmall) with { ClipSample = false },
            _ => ReadOther(config, className),
        };
    }

    /// <summary>UnCLIP's scheduler has no choice of schedule or spacing.</summary>
    private static SchedulerSettings ReadUnClip(ComponentConfig config) => new()
    {
        Schedule = NoiseScheduleKind.Cosine,
        TrainingTimesteps = config.Whole("num_train_timesteps", 1000, 2, 100_000),
        Target = config.Word("prediction_type", "epsilon", "epsilon", "sample") == "epsilon" ? PredictionTarget.Noise : PredictionTarget.CleanSample,
        Variance = config.Word("variance_type", "fixed_small_log", "fixed_small_log", "learned_range") == "learned_range"
            ? VarianceKind.LearnedRange
            : VarianceKind.FixedSmallLog,
        ClipSample = config.Flag("clip_sample", true),
        ClipSampleRange = config.Number("clip_sample_range", 1, 1e-6, 1e6),
    };

    private static SchedulerSettings ReadOther(ComponentConfig config, string className) =>
        ReadSchedule(config, className == "DDPMScheduler" ? ReadVariance(config) : VarianceKind.FixedSmall) with
        {
            ClipSample = config.Flag("clip_sample", true),
            ClipSampleRange = config.Number("clip_sample_range", 1, 1e-6, 1e6),
            DynamicThresholding = config.Flag("thresholding", false),
            DynamicThresholdingRatio = config.Number("dynamic_thresholding_ratio", 0.995, 0, 1),
            SampleMaximum = config.Number("sample_max_value", 1, 1e-6, 1e6),
        };

    /// <summary>What every scheduler but UnCLIP's has.</summary>
    private static SchedulerSettings ReadSchedule(ComponentConfig config, VarianceKind variance)
    {
        var betas = config.OptionalNumberList("trained_betas", 100_000);
        if (betas is not null && Array.Exists(betas, beta => beta is <= 0 or >= 1))
        {
            throw config.Contradiction("'trained_betas' must lie between 0 and 1");
        }

        return new SchedulerSettings
        {
            Schedule = betas is null ? ReadKind(config) : NoiseScheduleKind.Listed,
            BetaStart = config.Number("beta_start", 1e-4, 1e-12, 0.999),
            BetaEnd = config.Number("beta_end", 0.02, 1e-12, 0.999),
            Betas = betas,
            TrainingTimesteps = betas?.Length ?? config.Whole("num_train_timesteps", 1000, 2, 100_000),
            Spacing = ReadSpacing(config),
            StepsOffset = config.Whole("steps_offset", 0, 0, 1000),
            Target = config.Word("prediction_type", "epsilon", "epsilon", "sample", "v_prediction") switch
            {
                "epsilon" => PredictionTarget.Noise,
                "sample" => PredictionTarget.CleanSample,
                _ => PredictionTarget.Velocity,
            },
            Variance = variance,
        };
    }

    private static NoiseScheduleKind ReadKind(ComponentConfig config) =>
        config.Word("beta_schedule", "linear", "linear", "scaled_linear", "squaredcos_cap_v2") switch
        {
            "linear" => NoiseScheduleKind.Linear,
            "scaled_linear" => NoiseScheduleKind.ScaledLinear,
            _ => NoiseScheduleKind.Cosine,
        };

    private static TimestepSpacing ReadSpacing(ComponentConfig config) =>
        config.Word("timestep_spacing", "leading", "leading", "linspace", "trailing") switch
        {
            "leading" => TimestepSpacing.Leading,
            "linspace" => TimestepSpacing.Linspace,
            _ => TimestepSpacing.Trailing,
        };

    private static VarianceKind ReadVariance(ComponentConfig config) =>
        config.Word("variance_type", "fixed_small", "fixed_small", "fixed_small_log", "fixed_large", "learned", "learned_range") switch
        {
            "fixed_small" => VarianceKind.FixedSmall,
            "fixed_small_log" => VarianceKind.FixedSmallLog,
            "fixed_large" => VarianceKind.FixedLarge,
            "learned" => VarianceKind.Learned,
            _ => VarianceKind.LearnedRange,
        };
}
