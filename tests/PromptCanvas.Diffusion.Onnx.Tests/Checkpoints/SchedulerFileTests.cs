using System.Text.Json;
using PromptCanvas.Diffusion.Onnx.Checkpoints;
using PromptCanvas.Diffusion.Schedulers;

namespace PromptCanvas.Diffusion.Onnx.Tests.Checkpoints;

public sealed class SchedulerFileTests
{
    [Fact]
    public void Read_EmptyFile_TakesTheDefaultsOfEachClass()
    {
        Assert.Equal(new SchedulerSettings { Variance = VarianceKind.FixedSmallLog }, Read("{}", "UnCLIPScheduler"));
        var ddpm = new SchedulerSettings
        {
            Schedule = NoiseScheduleKind.Linear,
            Variance = VarianceKind.FixedSmall,
            Spacing = TimestepSpacing.Leading,
        };
        Assert.Equal(ddpm, Read("{}", "DDPMScheduler"));
        Assert.Equal(ddpm, Read("{}", "DDIMScheduler"));
    }

    [Fact]
    public void Read_KandinskyDecoder_TakesEveryKey()
    {
        var settings = Read(
            """
            {"_class_name":"DDPMScheduler","beta_schedule":"linear","beta_start":0.00085,"beta_end":0.012,"steps_offset":1,"clip_sample":true,
             "prediction_type":"epsilon","thresholding":false,"num_train_timesteps":1000,"trained_betas":null,"_diffusers_version":"0.18.0"}
            """,
            "DDPMScheduler");

        Assert.Equal((NoiseScheduleKind.Linear, 0.00085, 0.012, 1), (settings.Schedule, settings.BetaStart, settings.BetaEnd, settings.StepsOffset));
        Assert.Equal(0.00157896293, NoiseSchedule.FromSettings(settings).AlphaBar(999), 1e-9);
    }

    [Fact]
    public void Read_ListedBetas_SetTheNumberOfTimesteps()
    {
        var settings = Read("""{"trained_betas":[0.1,0.2,0.3],"prediction_type":"v_prediction"}""", "DDPMScheduler");

        Assert.Equal((NoiseScheduleKind.Listed, 3, PredictionTarget.Velocity), (settings.Schedule, settings.TrainingTimesteps, settings.Target));
        Assert.Equal([0.1, 0.2, 0.3], settings.Betas);
    }

    [Theory]
    [InlineData("""{"beta_schedule":"linear"}""", "UnCLIPScheduler", "'beta_schedule'")]
    [InlineData("""{"beta_schedule":"sigmoid"}""", "DDPMScheduler", "'beta_schedule'")]
    [InlineData("""{"variance_type":"fixed_large_log"}""", "DDPMScheduler", "'variance_type'")]
    [InlineData("""{"rescale_betas_zero_snr":true}""", "DDIMScheduler", "'rescale_betas_zero_snr'")]
    [InlineData("""{"clip_sample_range":-1}""", "UnCLIPScheduler", "'clip_sample_range'")]
    [InlineData("""{"clip_sample":"yes"}""", "UnCLIPScheduler", "'clip_sample'")]
    [InlineData("""{"trained_betas":[0.1,1.5]}""", "DDPMScheduler", "'trained_betas'")]
    [InlineData("""{"num_train_timesteps":1e99}""", "DDPMScheduler", "'num_train_timesteps'")]
    [InlineData("""{"timestep_spacing":"random"}""", "DDPMScheduler", "'timestep_spacing'")]
    [InlineData("""{"_class_name":"DDIMScheduler"}""", "DDPMScheduler", "'_class_name'")]
    public void Read_BadValue_NamesTheKey(string json, string className, string expected)
    {
        var fault = Assert.Throws<ModelException>(() => Read(json, className));

        Assert.StartsWith("scheduler_config.json: " + expected, fault.Message, StringComparison.Ordinal);
    }

    private static SchedulerSettings Read(string json, string className)
    {
        using var document = JsonDocument.Parse(json);
        return SchedulerFile.Read(new ComponentConfig("scheduler_config.json", document.RootElement), className);
    }
}
