using PromptCanvas.Diffusion.Schedulers;
using PromptCanvas.Tests.Shared;

namespace PromptCanvas.Diffusion.Tests.Schedulers;

public sealed class DdimSamplerTests
{
    private static readonly NoiseSchedule Schedule = NoiseSchedule.Cosine();

    [Theory]
    [InlineData(PredictionTarget.Noise)]
    [InlineData(PredictionTarget.CleanSample)]
    [InlineData(PredictionTarget.Velocity)]
    public void Step_ExactOracleOnAnyList_ReturnsTheCleanSample(PredictionTarget target)
    {
        int[][] lists = [[999, 832, 666, 500, 333, 166, 0], [999], [700, 3], [995, 896, 100], [.. TimestepPlans.Linspace(1000, 250).Timesteps]];
        float[] clean = [0.9f, -0.4f, 0.0f, 1.0f];
        foreach (var list in lists)
        {
            if (target == PredictionTarget.Noise && list.Length == 1)
            {
                // One division by √ᾱ_999 = 4.9e-5 costs four digits; the other targets have none.
                continue;
            }

            var sampler = new DdimSampler(Schedule, new SchedulerSettings { Target = target }, new TimestepPlan(list));

            var result = Oracle.Run(sampler, Schedule, target, clean, [0.2f, 1.4f, -0.6f, 2.0f]);

            Approximately.Equal(clean, result, 1e-6);
        }
    }

    [Fact]
    public void Step_EtaOne_IsTheAncestralSampler()
    {
        var settings = new SchedulerSettings { Target = PredictionTarget.CleanSample };
        var plan = new TimestepPlan([666, 500]);
        float[] ddim = [0.7f, -0.2f];
        float[] ancestral = [0.7f, -0.2f];

        new DdimSampler(Schedule, settings, plan, eta: 1).Step(0, ddim, [0.5f, 0.1f], [], [1.5f, -0.4f], new float[2]);
        new AncestralSampler(Schedule, settings, plan).Step(0, ancestral, [0.5f, 0.1f], [], [1.5f, -0.4f], new float[2]);

        Approximately.Equal(ancestral, ddim, 1e-6);
    }

    [Fact]
    public void Step_ClippedSample_DerivesTheNoiseAgain()
    {
        // x̂₀ = 3 is clipped to 1; ε̂ must then be (x − √ᾱ)/√(1−ᾱ), not the network's.
        var settings = new SchedulerSettings { Target = PredictionTarget.CleanSample };
        float[] sample = [0.8f];
        var clean = new float[1];

        new DdimSampler(Schedule, settings, new TimestepPlan([500, 333])).Step(0, sample, [3], [], [], clean);

        var (from, to) = (Schedule.AlphaBar(500), Schedule.AlphaBar(333));
        var noise = (0.8 - Math.Sqrt(from)) / Math.Sqrt(1 - from);
        Assert.Equal(1, clean[0]);
        Assert.Equal(Math.Sqrt(to) + (Math.Sqrt(1 - to) * noise), sample[0], 1e-6);
    }

    [Fact]
    public void NeedsNoise_EtaZero_IsNever()
    {
        Assert.False(SamplerFactory.Create(SamplerKind.Ddim, new SchedulerSettings(), 5).NeedsNoise(0));
        Assert.True(SamplerFactory.Create(SamplerKind.Ddim, new SchedulerSettings(), 5, eta: 0.3).NeedsNoise(0));
        Assert.False(SamplerFactory.Create(SamplerKind.Ddim, new SchedulerSettings(), 5, eta: 0.3).NeedsNoise(4));
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(1.1)]
    [InlineData(double.NaN)]
    public void Constructor_EtaOutOfRange_Throws(double eta)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => SamplerFactory.Create(SamplerKind.Ddim, new SchedulerSettings(), 5, eta));
    }
}
