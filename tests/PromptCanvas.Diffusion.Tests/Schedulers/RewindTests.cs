using PromptCanvas.Diffusion.Schedulers;

namespace PromptCanvas.Diffusion.Tests.Schedulers;

public sealed class RewindTests
{
    private static readonly SchedulerSettings Settings = new() { Target = PredictionTarget.CleanSample };

    [Theory]
    [InlineData(SamplerKind.Ancestral)]
    [InlineData(SamplerKind.Ddim)]
    [InlineData(SamplerKind.DpmSolverPlusPlus)]
    public void Rewind_FirstStep_IsTakenAgainAlike(SamplerKind kind)
    {
        var sampler = SamplerFactory.Create(kind, Settings, 5);

        var first = Step(sampler, 0);
        sampler.Rewind();

        Assert.Equal(first, Step(sampler, 0));
        Assert.NotEqual(first, Step(sampler, 1));
    }

    [Fact]
    public void Rewind_SecondOrderStep_IsRepeatedAsAFirst()
    {
        var sampler = SamplerFactory.Create(SamplerKind.DpmSolverPlusPlus, Settings, 5);
        Step(sampler, 0, 1);
        Step(sampler, 1);
        sampler.Rewind();

        var repeated = Step(sampler, 1);

        // Unchanged predictions have no slope, so the first-order step is the second-order one of equal predictions.
        var straight = SamplerFactory.Create(SamplerKind.DpmSolverPlusPlus, Settings, 5);
        Step(straight, 0);
        Assert.Equal(Step(straight, 1)[0], repeated[0], 1e-6f);
    }

    [Theory]
    [InlineData(SamplerKind.Ancestral)]
    [InlineData(SamplerKind.Ddim)]
    [InlineData(SamplerKind.DpmSolverPlusPlus)]
    public void Rewind_BeforeAnyStep_IsRefused(SamplerKind kind) =>
        Assert.Throws<InvalidOperationException>(() => SamplerFactory.Create(kind, Settings, 5).Rewind());

    private static float[] Step(ISampler sampler, int step, float predicted = 0.5f)
    {
        float[] sample = [0.7f, -0.4f];
        sampler.Step(step, sample, [predicted, predicted], [], [0.3f, -0.2f], new float[2]);
        return sample;
    }
}
