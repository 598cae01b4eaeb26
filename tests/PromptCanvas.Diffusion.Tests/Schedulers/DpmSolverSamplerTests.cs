using PromptCanvas.Diffusion.Schedulers;
using PromptCanvas.Tests.Shared;

namespace PromptCanvas.Diffusion.Tests.Schedulers;

public sealed class DpmSolverSamplerTests
{
    private static readonly NoiseSchedule Schedule = NoiseSchedule.Cosine();
    private static readonly SchedulerSettings Settings = new() { Target = PredictionTarget.CleanSample, ClipSample = false };

    [Theory]
    [InlineData(0, 0.9871634, 0.15367833, null)]
    [InlineData(1, 0.96274906, 0.15723714, 4.6264948)]
    [InlineData(5, 0.83406779, 0.21852779, 0.99251702)]
    [InlineData(8, 0.52972808, 0.48350263, 0.64423045)]
    public void Step_TenCosineSteps_HasTheReferenceCoefficients(int step, double noisyWeight, double cleanWeight, double? ratio)
    {
        const double Tolerance = 3e-6;
        var current = ratio is { } r ? cleanWeight * (1 + (0.5 / r)) : cleanWeight;

        Approximately.EqualRelative(noisyWeight, ResultOf(step, sample: 1, predicted: 0, before: 0), Tolerance);
        Approximately.EqualRelative(current, ResultOf(step, sample: 0, predicted: 1, before: 0), Tolerance);
        if (ratio is { } second)
        {
            Approximately.EqualRelative(-cleanWeight * 0.5 / second, ResultOf(step, sample: 0, predicted: 0, before: 1), Tolerance);
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(10)]
    [InlineData(25)]
    public void Step_ConstantCleanSample_ConvergesToIt(int steps)
    {
        var sampler = SamplerFactory.Create(SamplerKind.DpmSolverPlusPlus, Settings, steps);

        var result = Oracle.Run(sampler, Schedule, PredictionTarget.CleanSample, [0.25f, -2f], [1, 1]);

        Assert.Equal([0.25f, -2f], result);
    }

    [Fact]
    public void Step_ConstantCleanSample_StaysOnTheExactPath()
    {
        // With x̂₀ constant both orders are exact: x at every timestep is √ᾱ·x₀ + √(1−ᾱ)·ε.
        var sampler = SamplerFactory.Create(SamplerKind.DpmSolverPlusPlus, Settings, 12);
        var start = Schedule.AlphaBar(sampler.Plan.Timestep(0));
        float[] sample = [(float)((Math.Sqrt(start) * 0.5) + (Math.Sqrt(1 - start) * 1.3))];
        for (var step = 0; step < 11; step++)
        {
            sampler.Step(step, sample, [0.5f], [], [], new float[1]);
            var alphaBar = Schedule.AlphaBar(sampler.Plan.PreviousTimestep(step));
            Assert.Equal((Math.Sqrt(alphaBar) * 0.5) + (Math.Sqrt(1 - alphaBar) * 1.3), sample[0], 2e-6);
        }
    }

    [Fact]
    public void Step_LengthChangesBetweenSteps_Throws()
    {
        var sampler = SamplerFactory.Create(SamplerKind.DpmSolverPlusPlus, Settings, 3);
        sampler.Step(0, new float[2], new float[2], [], [], new float[2]);

        Assert.Throws<ArgumentException>(() => sampler.Step(1, new float[3], new float[3], [], [], new float[3]));
    }

    private static float ResultOf(int step, float sample, float predicted, float before)
    {
        var sampler = SamplerFactory.Create(SamplerKind.DpmSolverPlusPlus, Settings, 10);
        float[] values = [0];
        for (var earlier = 0; earlier < step; earlier++)
        {
            sampler.Step(earlier, values, [earlier == step - 1 ? before : 0], [], [], new float[1]);
        }

        values[0] = sample;
        sampler.Step(step, values, [predicted], [], [], new float[1]);
        return values[0];
    }
}
