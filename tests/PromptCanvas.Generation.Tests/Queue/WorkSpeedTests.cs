using PromptCanvas.Data;
using PromptCanvas.Generation.Nodes;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Generation.Tests.Fakes;
using PromptCanvas.Generation.Worker;

namespace PromptCanvas.Generation.Tests.Queue;

/// <summary>Waiting times count all live workers that have the model, each with its own measured speed.</summary>
public sealed class WorkSpeedTests(PostgresServer server)
{
    private const double Slow = 10;
    private const double Fast = 5;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Eta_TwoWorkers_IsTheSumOfTheirSpeeds()
    {
        await using var studios = await SharedStudios.PrepareAsync(server, DatabaseProvider.Sqlite);
        Measure(studios.One, Slow);
        var (first, second) = await SubmitTwoAsync(studios.One);
        Assert.Equal((Slow, 2 * Slow), await EtasAsync(studios.One, first, second));

        Measure(studios.Other, Fast);
        await studios.ReportAsync();

        // A slow one and one twice as fast are as fast as three slow ones. One job is made by one worker, on average of 1.5 times the speed.
        Assert.Equal((Math.Round(Slow / 1.5, 9), Math.Round((Slow / 3) + (Slow / 1.5), 9)), await EtasAsync(studios.One, first, second));
    }

    [Fact]
    public async Task Eta_WorkerThatStoppedOrLacksTheModel_IsNotCounted()
    {
        await using var studios = await SharedStudios.PrepareAsync(server, DatabaseProvider.Sqlite);
        Measure(studios.One, Slow);
        Measure(studios.Other, Fast);
        studios.Other.Engines.Models = ["karlo"];
        await studios.ReportAsync();
        var (first, second) = await SubmitTwoAsync(studios.One);
        Assert.Equal((Slow, 2 * Slow), await EtasAsync(studios.One, first, second));

        studios.Other.Engines.Models = ["karlo", "starter"];
        await studios.ReportAsync();
        await SharedStudios.SilenceAsync(studios.Other);
        await studios.One.Get<NodeReports>().ReportAsync(Cancellation);
        Assert.Equal((Slow, 2 * Slow), await EtasAsync(studios.One, first, second));
    }

    [Fact]
    public async Task Why_NoWorkerHasTheModel_SaysSo()
    {
        await using var studios = await SharedStudios.PrepareAsync(server, DatabaseProvider.Sqlite);
        Measure(studios.One, Slow);
        var (first, _) = await SubmitTwoAsync(studios.One);
        studios.One.Engines.Models = [];
        studios.Other.Engines.Models = ["karlo"];
        await studios.ReportAsync();

        var job = await studios.One.FindAsync(first);

        Assert.True(job.Why!.NoWorker);
        Assert.Null(job.EtaSeconds);
    }

    [Fact]
    public void Speed_WorkerThatMeasuredNothing_CountsAsAnAverageOne()
    {
        var times = new PictureTimes();
        times.Add("starter", "generate", 64, Slow);
        var fleet = new Fleet { View = new FleetView([new LiveWorker("a", ["starter"], [], []), new LiveWorker("b", ["starter"], [], [])], [], default) };

        Assert.Equal(new WorkSpeed(Slow, 2, 2), new WorkSpeeds(times, new FirstEstimates(times, new FakeEngines(new FakeEngine()), fleet), fleet).Of("starter", "generate", 64));
    }

    private static void Measure(Studio studio, double seconds) => studio.Get<OwnPictures>().Add("starter", "generate", 64, seconds);

    private static async Task<(Guid First, Guid Second)> SubmitTwoAsync(Studio studio) =>
        (await studio.SubmitAsync(TestRequests.Fox("first", count: 1)), await studio.SubmitAsync(TestRequests.Fox("second", count: 1)));

    private static async Task<(double First, double Second)> EtasAsync(Studio studio, Guid first, Guid second) =>
        (Math.Round((await studio.FindAsync(first)).EtaSeconds!.Value, 9), Math.Round((await studio.FindAsync(second)).EtaSeconds!.Value, 9));
}
