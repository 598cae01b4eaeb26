using PromptCanvas.Data.Jobs;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Generation.Tests.Fakes;

namespace PromptCanvas.Generation.Tests.Queue;

public sealed class QueueBoardTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Read_ByFourHundredWatchers_IsOneReadingASecond()
    {
        await using var studio = await new Studio(folder.Path, settings: new() { ["Generation:ForecastInterval"] = "00:00:01" }).PrepareAsync();
        var job = await studio.SubmitAsync(TestRequests.Fox());
        var board = studio.Get<QueueBoard>();
        var first = await board.ReadAsync(studio.Clock.GetTimestamp(), Cancellation);
        studio.Clock.Advance(TimeSpan.FromMilliseconds(1));

        var watchers = Enumerable.Range(0, 400).Select(_ => board.ReadAsync(studio.Clock.GetTimestamp(), Cancellation)).ToList();
        Assert.All(watchers, watcher => Assert.False(watcher.IsCompleted));
        studio.Clock.Advance(TimeSpan.FromSeconds(1));
        var readings = await Task.WhenAll(watchers);

        Assert.NotSame(first, readings[0]);
        Assert.All(readings, reading => Assert.Same(readings[0], reading));
        Assert.Contains(job, readings[0].Active.Keys);
    }

    [Fact]
    public async Task Read_WhileTheQueueIsPaused_ForecastsNothing()
    {
        await using var studio = await new Studio(folder.Path).PrepareAsync();
        studio.Get<PictureTimes>().Add("starter", "generate", 64, 10);
        var job = await studio.SubmitAsync(TestRequests.Fox());
        Assert.NotNull((await studio.FindAsync(job)).EtaSeconds);

        await studio.Get<IQueueAdmin>().PauseAsync("The graphics card is being changed.", null, Cancellation);
        studio.Clock.Advance(TimeSpan.FromSeconds(2));
        var paused = await studio.FindAsync(job);
        var active = (await studio.Get<QueueBoard>().ReadAsync(studio.Clock.GetTimestamp(), Cancellation)).Active[job];

        Assert.Equal((null, "The graphics card is being changed."), (paused.EtaSeconds, paused.Why?.PauseReason));
        Assert.Null(active.EtaSeconds);

        await studio.Get<IQueueAdmin>().ResumeAsync(Cancellation);
        studio.Clock.Advance(TimeSpan.FromSeconds(2));
        Assert.NotNull((await studio.FindAsync(job)).EtaSeconds);
    }

    [Fact]
    public async Task Read_AfterAJobEnded_HasItsEnd()
    {
        await using var studio = await new Studio(folder.Path).PrepareAsync();
        var job = await studio.SubmitAsync(TestRequests.Fox());
        var board = studio.Get<QueueBoard>();
        await board.ReadAsync(studio.Clock.GetTimestamp(), Cancellation);
        await studio.CancelAsync(job);
        studio.Clock.Advance(TimeSpan.FromSeconds(1));

        var reading = await board.ReadAsync(studio.Clock.GetTimestamp(), Cancellation);

        Assert.Empty(reading.Active);
        Assert.Equal(JobState.Cancelled, reading.Ended[job].State);
    }
}
