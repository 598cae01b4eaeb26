using PromptCanvas.Diffusion.Schedulers;

namespace PromptCanvas.Diffusion.Tests.Schedulers;

/// <summary>Samplers take long samples in parts; every value still moves as it would in a short one.</summary>
public sealed class LongSampleTests
{
    private const int Period = 5;

    [Theory]
    [InlineData(SamplerKind.Ancestral, PredictionTarget.Noise, 20_000)]
    [InlineData(SamplerKind.Ancestral, PredictionTarget.CleanSample, 8_193)]
    [InlineData(SamplerKind.Ddim, PredictionTarget.CleanSample, 20_000)]
    [InlineData(SamplerKind.Ddim, PredictionTarget.Velocity, 8_192)]
    [InlineData(SamplerKind.DpmSolverPlusPlus, PredictionTarget.CleanSample, 20_000)]
    public void Step_LongSample_GivesTheBitsOfAShortOne(SamplerKind kind, PredictionTarget target, int length)
    {
        var settings = new SchedulerSettings { Target = target };
        var (shortSampler, longSampler) = (SamplerFactory.Create(kind, settings, 4, eta: 0.5), SamplerFactory.Create(kind, settings, 4, eta: 0.5));
        var (shortSample, longSample) = (Repeated(Period, 0.7f), Repeated(length, 0.7f));
        for (var step = 0; step < 4; step++)
        {
            var (shortClean, longClean) = (new float[Period], new float[length]);
            shortSampler.Step(step, shortSample, Repeated(Period, 0.4f), [], Repeated(Period, 1.3f), shortClean);
            longSampler.Step(step, longSample, Repeated(length, 0.4f), [], Repeated(length, 1.3f), longClean);

            for (var index = 0; index < length; index++)
            {
                Assert.Equal(shortSample[index % Period], longSample[index]);
                Assert.Equal(shortClean[index % Period], longClean[index]);
            }
        }
    }

    [Fact]
    public void Estimate_DynamicThresholding_LooksAtTheWholeSample()
    {
        const int length = 20_000;
        var settings = new SchedulerSettings { Target = PredictionTarget.CleanSample, DynamicThresholding = true, DynamicThresholdingRatio = 1, SampleMaximum = 100 };
        var sampler = SamplerFactory.Create(SamplerKind.Ddim, settings, 2);
        var predicted = new float[length];
        Array.Fill(predicted, 1f);
        predicted[^1] = 10;
        var clean = new float[length];

        sampler.Step(0, new float[length], predicted, [], [], clean);

        // The largest magnitude is the threshold everywhere, also in the parts without it.
        Assert.Equal([0.1f, 1f], new[] { clean[0], clean[^1] });
    }

    private static float[] Repeated(int length, float scale) =>
        [.. Enumerable.Range(0, length).Select(index => scale * MathF.Sin((index % Period) + 1))];
}
