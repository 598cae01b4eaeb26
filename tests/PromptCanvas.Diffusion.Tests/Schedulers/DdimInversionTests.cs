using PromptCanvas.Diffusion.Schedulers;

namespace PromptCanvas.Diffusion.Tests.Schedulers;

public sealed class DdimInversionTests
{
    private static readonly NoiseSchedule Schedule = NoiseSchedule.Cosine();
    private static readonly SchedulerSettings Settings = new() { Target = PredictionTarget.CleanSample };

    [Fact]
    public void Steps_PlanEndingAtZero_VisitsItBackwards()
    {
        var inversion = new DdimInversion(Schedule, Settings, new TimestepPlan([999, 500, 0]));

        Assert.Equal(2, inversion.Steps);
        Assert.Equal([0, 500], [inversion.Timestep(0), inversion.Timestep(1)]);
        Assert.Equal([500, 999], [inversion.NextTimestep(0), inversion.NextTimestep(1)]);
    }

    [Fact]
    public void Steps_PlanEndingAboveZero_StartsAtZero()
    {
        var inversion = new DdimInversion(Schedule, Settings, new TimestepPlan([999, 99]));

        Assert.Equal([0, 99], [inversion.Timestep(0), inversion.Timestep(1)]);
    }

    // √(1−ᾱ)/√ᾱ of the cosine schedule is about tan(πt/2T): 0.08 at t = 50, 0.16 at 100.
    [Theory]
    [InlineData(0.1, new[] { 100, 500 })]
    [InlineData(0.05, new[] { 50, 100, 500 })]
    [InlineData(1e9, new[] { 0, 50, 100, 500 })]
    public void Steps_WithStartingNoise_BeginWhereNoiseIsThatLarge(double startingNoise, int[] expected)
    {
        var inversion = new DdimInversion(Schedule, Settings, new TimestepPlan([999, 500, 100, 50]), startingNoise: startingNoise);
        float[] sample = [0.5f];
        inversion.AddStartingNoise(sample, [2]);

        Assert.Equal(expected, Enumerable.Range(0, inversion.Steps).Select(inversion.Timestep));
        var alphaBar = Schedule.AlphaBar(expected[0]);
        Assert.Equal((Math.Sqrt(alphaBar) * 0.5) + (Math.Sqrt(1 - alphaBar) * 2), sample[0], 1e-6);
    }

    [Fact]
    public void Step_ConstantNoise_ReachesThatNoiseLevel()
    {
        // A network that always says ε keeps x₀ and ε, so x at 999 is √ᾱ·x₀ + √(1−ᾱ)·ε.
        var inversion = new DdimInversion(Schedule, new SchedulerSettings(), TimestepPlans.Linspace(1000, 50));
        const float Noise = 0.3f;
        var start = Schedule.AlphaBar(0);
        float[] sample = [(float)((Math.Sqrt(start) * 0.5) + (Math.Sqrt(1 - start) * Noise))];
        for (var step = 0; step < inversion.Steps; step++)
        {
            inversion.Step(step, sample, [Noise], new float[1]);
        }

        var end = Schedule.AlphaBar(999);
        Assert.Equal((Math.Sqrt(end) * 0.5) + (Math.Sqrt(1 - end) * Noise), sample[0], 1e-5);
    }

    [Fact]
    public void Step_ThereAndBack_ReturnsTheSampleInTheLimitOfManySteps()
    {
        var coarse = Math.Abs(ThereAndBack(0.7f, 100) - 0.7);
        var fine = Math.Abs(ThereAndBack(0.7f, 1000) - 0.7);

        Assert.InRange(coarse, 0, 0.03);
        Assert.InRange(fine, 0, coarse / 5);
    }

    [Fact]
    public void Step_Corrected_ReturnsTheSampleWithFewSteps()
    {
        var plain = Math.Abs(ThereAndBack(0.7f, 12) - 0.7);
        var corrected = Math.Abs(ThereAndBack(0.7f, 12, corrections: 2) - 0.7);
        var often = Math.Abs(ThereAndBack(0.7f, 12, corrections: 8) - 0.7);

        Assert.InRange(corrected, 0, plain / 5);
        Assert.InRange(often, 0, corrected);
    }

    [Fact]
    public void Steps_Corrected_StayAtTheNoisierTimestep()
    {
        var inversion = new DdimInversion(Schedule, Settings, new TimestepPlan([999, 500, 0]), corrections: 1);

        Assert.Equal(4, inversion.Steps);
        Assert.Equal([0, 500, 500, 999], Enumerable.Range(0, 4).Select(inversion.Timestep));
        Assert.Equal([500, 500, 999, 999], Enumerable.Range(0, 4).Select(inversion.NextTimestep));
    }

    private static float ThereAndBack(float clean, int steps, int corrections = 0)
    {
        // The ideal denoiser of x₀ ~ N(0, 0.25): x̂₀ = √ᾱ·x·0.25 / (0.25·ᾱ + 1 − ᾱ).
        static float Denoise(double alphaBar, float sample) => (float)(Math.Sqrt(alphaBar) * sample * 0.25 / ((0.25 * alphaBar) + 1 - alphaBar));
        float[] sample = [clean];
        var plan = TimestepPlans.Linspace(1000, steps);
        var inversion = new DdimInversion(Schedule, Settings, plan, corrections);
        for (var step = 0; step < inversion.Steps; step++)
        {
            inversion.Step(step, sample, [Denoise(Schedule.AlphaBar(inversion.Timestep(step)), sample[0])], new float[1]);
        }

        var sampler = new DdimSampler(Schedule, Settings, plan);
        for (var step = 0; step < plan.Steps; step++)
        {
            sampler.Step(step, sample, [Denoise(Schedule.AlphaBar(plan.Timestep(step)), sample[0])], [], [], new float[1]);
        }

        return sample[0];
    }
}
