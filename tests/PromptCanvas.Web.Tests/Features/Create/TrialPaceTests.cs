using Microsoft.Extensions.Time.Testing;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Web.Features.Create;

namespace PromptCanvas.Web.Tests.Features.Create;

/// <summary>The trial picture's speed, without the loading of weights.</summary>
public sealed class TrialPaceTests
{
    private readonly FakeTimeProvider clock = new();

    [Fact]
    public void Seconds_StepsThatLoadWeights_DoNotCount()
    {
        var pace = new TrialPace(clock);

        Step(pace, GenerationStage.Prior, 0.1, seconds: 30);
        Step(pace, GenerationStage.Prior, 0.2, seconds: 1);
        Step(pace, GenerationStage.Decoder, 0.6, seconds: 60);
        Step(pace, GenerationStage.Decoder, 1, seconds: 5);

        // Half of the work took six seconds.
        Assert.Equal(12, pace.Seconds, 1e-9);
    }

    [Fact]
    public void Seconds_OneStepOfEachStage_AreUnknown()
    {
        var pace = new TrialPace(clock);

        Step(pace, GenerationStage.Prior, 0.5, seconds: 1);
        Step(pace, GenerationStage.Decoder, 1, seconds: 1);
        pace.Add(new ImageDropped(0, 0));

        Assert.Equal(double.NaN, pace.Seconds);
    }

    private void Step(TrialPace pace, GenerationStage stage, double progress, double seconds)
    {
        clock.Advance(TimeSpan.FromSeconds(seconds));
        pace.Add(new StepCompleted(0, 0, stage, 1, 2, progress, null));
    }
}
