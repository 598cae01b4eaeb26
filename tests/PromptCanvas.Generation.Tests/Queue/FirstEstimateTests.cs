using PromptCanvas.Data.Jobs;
using PromptCanvas.Diffusion;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Generation.Nodes;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Generation.Requests;
using PromptCanvas.Generation.Tests.Fakes;

namespace PromptCanvas.Generation.Tests.Queue;

/// <summary>The first picture of a sort is estimated from its operations and from the speed of the pictures that were measured.</summary>
public sealed class FirstEstimateTests
{
    private const string Starter = "starter";
    private const string Karlo = "karlo";
    private const double TrialSeconds = 0.5;

    private readonly PictureTimes times = new();
    private readonly Fleet fleet = new();
    private readonly CountingEngines engines = new();
    private readonly FirstEstimates estimates;

    public FirstEstimateTests() => estimates = new FirstEstimates(times, engines, fleet);

    [Fact]
    public void Of_NothingMeasured_IsUnknown() => Assert.Null(estimates.Of(Karlo, 256));

    [Fact]
    public void Of_ModelThatDoesNotCount_IsUnknown()
    {
        times.Add(Starter, JobKinds.Generate, 64, 1);
        engines.Karlo.Operations = _ => 0;

        Assert.Null(estimates.Of(Karlo, 256));
    }

    [Fact]
    public void Of_OtherModelMeasured_HasItsSpeed()
    {
        times.Add(Starter, JobKinds.Generate, 64, 2);

        // Ten times the operations of the starter, and sixteen times the pixels.
        Assert.Equal(2 * 10 * 16, estimates.Of(Karlo, 256));
    }

    [Fact]
    public void Of_SameModelMeasured_HasItsOwnSpeed()
    {
        times.Add(Starter, JobKinds.Generate, 64, 2);
        times.Add(Karlo, JobKinds.Generate, 64, 5);

        Assert.Equal(5 * 16, estimates.Of(Karlo, 256));
    }

    [Fact]
    public void Of_OnlyEditsMeasured_IsUnknown()
    {
        times.Add(Starter, JobKinds.Edit, 64, 2);

        Assert.Null(estimates.Of(Starter, 256));
    }

    [Fact]
    public void Of_OnlyTheTrialMeasured_HasItsSpeed()
    {
        new OwnPictures(times, TimeProvider.System).AddTrial(Starter, TrialSeconds);

        // The trial has two of the decoder's steps, a picture ten.
        Assert.Equal(TrialSeconds * 5, estimates.Of(Starter, 64));
        Assert.Null(times.Of(Starter, JobKinds.Generate, 64));

        times.Add(Starter, JobKinds.Generate, 64, 7);
        Assert.Equal(7 * 16, estimates.Of(Starter, 256));
    }

    [Fact]
    public void Of_TrialOfAnotherMachine_HasItsSpeed()
    {
        var there = new OwnPictures(new PictureTimes(), TimeProvider.System);
        there.AddTrial(Starter, TrialSeconds);
        var report = PictureRate.FromJson(PictureRate.ToJson(there.Rates));

        fleet.View = new FleetView([new LiveWorker("worker", [Starter], [Starter], report)], [], default);

        Assert.Equal(TrialSeconds * 5, estimates.Of(Starter, 64));
        Assert.Equal(TrialSeconds * 5, new WorkSpeeds(times, estimates, fleet).Of(Starter, JobKinds.Generate, 64).Alone(1));
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(0)]
    public void Of_TrialWithoutATime_IsUnknown(double seconds)
    {
        new OwnPictures(times, TimeProvider.System).AddTrial(Starter, seconds);

        Assert.Null(estimates.Of(Starter, 64));
    }

    [Fact]
    public void Of_DamagedModel_IsUnknown()
    {
        times.Add(Starter, JobKinds.Generate, 64, 2);
        engines.Damaged = Karlo;

        Assert.Null(estimates.Of(Karlo, 256));
        Assert.NotNull(estimates.Of(Starter, 256));
    }

    [Fact]
    public void Speed_NeverMade_IsAnEstimateUntilOneIsMeasured()
    {
        var speeds = new WorkSpeeds(times, estimates, fleet);
        times.Add(Karlo, JobKinds.Generate, 64, 20);

        Assert.Equal(new WorkSpeed(20 * 16, 1, 1) { IsMeasured = false }, speeds.Of(Karlo, JobKinds.Generate, 256));
        Assert.Equal(20 * 16, speeds.Of(Karlo, JobKinds.Vary, 256).Seconds);

        times.Add(Karlo, JobKinds.Generate, 256, 300);
        Assert.Equal(new WorkSpeed(300, 1, 1), speeds.Of(Karlo, JobKinds.Generate, 256));
    }

    /// <summary>A starter with a tenth of Karlo's operations; both have ten steps of the decoder unless a request says otherwise.</summary>
    private sealed class CountingEngines : IEngineProvider
    {
        private readonly FakeEngine starter = new() { Operations = request => Count(request) };

        public FakeEngine Karlo { get; } = new() { Operations = request => 10 * Count(request), Fingerprint = "another" };

        public string? Damaged { get; set; }

        public string DefaultModel => Starter;

        public IReadOnlyList<string> Models => [FirstEstimateTests.Karlo, Starter];

        public IImageEngine Get(string modelName) =>
            modelName == Damaged ? throw new ModelException("damaged") : modelName == Starter ? starter : Karlo;

        private static double Count(GenerationRequest request) => (request.Overrides.DecoderSteps ?? 10) * request.Size * request.Size;
    }
}
