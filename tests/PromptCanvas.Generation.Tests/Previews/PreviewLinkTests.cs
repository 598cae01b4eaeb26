using Microsoft.Extensions.DependencyInjection;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Generation.Previews;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Generation.Tests.Fakes;

namespace PromptCanvas.Generation.Tests.Previews;

/// <summary>Previews and signals between two nodes on one database, over lines that deliver at once.</summary>
public sealed class PreviewLinkTests : IAsyncDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly FakeLines lines = new();
    private readonly Studio maker;
    private readonly Studio watcher;
    private readonly List<IDisposable> hearings = [];

    public PreviewLinkTests()
    {
        maker = NodeOf();
        watcher = NodeOf();
        hearings.Add(maker.Get<PreviewLink>().HearWatchers());
        hearings.Add(watcher.Get<PreviewLink>().HearWatchers());
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private PreviewBus Making => maker.Get<PreviewBus>();

    [Fact]
    public async Task Publish_WatchedOnAnotherNode_ArrivesWhole()
    {
        var job = await RunningAsync();
        await using var watch = Watch(job);
        var next = NextAsync(watch);
        Assert.True(Making.HasWatchers(job));
        Making.Publish(Frame(job, step: 3));

        var frame = await next;

        Assert.NotNull(frame);
        Assert.Equal(Frame(job, step: 3) with { Bytes = default }, frame with { Bytes = default });
        Assert.Equal(Frame(job, step: 3).Bytes.ToArray(), frame.Bytes.ToArray());
    }

    [Fact]
    public async Task Publish_NoNodeWatches_SendsNothing()
    {
        var job = await RunningAsync();
        lines.Sent.Clear();
        Making.Publish(Frame(job, step: 1));
        Making.Withdraw(job, 0);

        Assert.False(Making.HasWatchers(job));
        Assert.Empty(lines.Sent);
    }

    [Fact]
    public async Task Watch_AfterTheFirstFrames_GetsTheLastOne()
    {
        var job = await RunningAsync();
        Making.Publish(Frame(job, step: 1));
        Making.Publish(Frame(job, step: 2));
        await using var watch = Watch(job);

        Assert.Equal(2, (await NextAsync(watch))!.Step);
    }

    [Fact]
    public async Task Frame_OvertakenByANewerOne_IsNotShown()
    {
        var job = await RunningAsync();
        await using var watch = Watch(job);
        var next = NextAsync(watch);
        var there = watcher.Get<PreviewBus>();
        there.Receive(new RunFrame(1, Frame(job, step: 5)));
        Assert.Equal(5, (await next)!.Step);
        there.Receive(new RunFrame(1, Frame(job, step: 4)));
        there.Receive(new RunFrame(1, Frame(job, step: 6)));
        Assert.Equal(6, (await NextAsync(watch))!.Step);

        // Another worker began again.
        there.Receive(new RunFrame(2, Frame(job, step: 1)));
        Assert.Equal(1, (await NextAsync(watch))!.Step);
    }

    [Fact]
    public async Task Watcher_ThatSaysNothingMore_IsForgotten()
    {
        var job = await RunningAsync();
        await using var watch = Watch(job);
        var next = NextAsync(watch);
        var pause = PreviewLink.Renewal;
        for (var renewal = 0; renewal < 5; renewal++)
        {
            maker.Clock.Advance(pause);
            watcher.Get<PreviewLink>().Announce();
        }

        Assert.True(Making.HasWatchers(job));
        maker.Clock.Advance(TimeSpan.FromSeconds(10));
        Assert.False(Making.HasWatchers(job));
        Making.Complete(job);
        await watcher.CancelAsync(job);
        Assert.Null(await next);
    }

    [Fact]
    public async Task Announce_AfterACut_BringsTheLastFrame()
    {
        var job = await RunningAsync();
        await using var watch = Watch(job);
        var next = NextAsync(watch);
        lines.IsCut = true;
        Making.Publish(Frame(job, step: 7));
        lines.IsCut = false;
        Assert.False(next.IsCompleted);

        watcher.Get<PreviewLink>().Announce();
        watcher.Get<PreviewLink>().Announce();

        Assert.Equal(7, (await next)!.Step);
    }

    [Fact]
    public async Task Complete_OnTheMaker_EndsTheStreamsOfOtherNodes()
    {
        var job = await RunningAsync();
        await using var watch = Watch(job);
        var next = NextAsync(watch);

        Making.Complete(job);

        Assert.Null(await next);
    }

    [Fact]
    public async Task End_ThatWasLost_IsFoundInTheDatabase()
    {
        var job = await RunningAsync();
        await using var watch = Watch(job);
        var next = NextAsync(watch);
        lines.IsCut = true;
        await maker.CancelAsync(job);

        while (!next.IsCompleted)
        {
            watcher.Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(10, Cancellation);
        }

        Assert.Null(await next);
    }

    [Fact]
    public async Task Lost_JobOfAnotherWorker_KeepsItsWatchers()
    {
        var job = await RunningAsync();
        await using var watch = Making.WatchAsync(job, Cancellation).GetAsyncEnumerator(Cancellation);
        var next = NextAsync(watch);
        maker.Get<JobEvents>().Lost(job);
        watcher.Get<JobEvents>().Started(job, run: 2, 0);

        watcher.Get<PreviewBus>().Publish(Frame(job, step: 1));

        Assert.Equal(1, (await next)!.Step);
    }

    [Fact]
    public async Task HandedBack_JobThatRunsOnAnotherNodeNext_ShowsThatOnesFrames()
    {
        var job = await RunningAsync();
        Making.Publish(Frame(job, step: 9));
        await using var watch = Making.WatchAsync(job, Cancellation).GetAsyncEnumerator(Cancellation);
        Assert.Equal(9, (await NextAsync(watch))!.Step);
        var next = NextAsync(watch);
        maker.Get<JobEvents>().HandedBack(job, 0);
        watcher.Get<JobEvents>().Started(job, run: 2, 0);

        watcher.Get<PreviewBus>().Publish(Frame(job, step: 1));

        Assert.Equal(1, (await next)!.Step);
    }

    [Fact]
    public async Task Frame_OfARunThatLostItsLease_IsNotShown()
    {
        var job = await RunningAsync();
        await using var watch = Watch(job);
        var next = NextAsync(watch);
        var there = watcher.Get<PreviewBus>();
        there.Receive(new RunFrame(2, Frame(job, step: 1)));
        Assert.Equal(1, (await next)!.Step);
        there.Receive(new RunFrame(1, Frame(job, step: 9)));
        there.Receive(new RunFrame(2, Frame(job, step: 2)));

        Assert.Equal(2, (await NextAsync(watch))!.Step);
    }

    [Fact]
    public async Task Withdraw_OnTheMaker_TakesTheFrameFromOtherNodes()
    {
        var job = await RunningAsync();
        await using var watch = Watch(job);
        var next = NextAsync(watch);
        Making.Publish(Frame(job, step: 1));
        Assert.Equal(1, (await next)!.Step);

        Making.Withdraw(job, 0);

        // A second watcher of the same node starts with nothing.
        await using var late = Watch(job);
        var first = NextAsync(late);
        Assert.False(first.IsCompleted);
        Making.Complete(job);
        Assert.Null(await first);
    }

    [Fact]
    public async Task CancelAndDrop_OnAnotherNode_ReachTheRun()
    {
        var job = await RunningAsync();
        using var service = ActivatorUtilities.CreateInstance<JobSignalService>(maker.Get<IServiceProvider>());
        await service.StartAsync(Cancellation);
        while (!lines.IsHeard("jobs"))
        {
            await Task.Delay(1, Cancellation);
        }

        using var run = maker.Get<JobEvents>().Reachable(job, 0, Cancellation);
        var changes = new List<JobChanged>();
        using var subscription = maker.Get<IJobFeed>().Subscribe(job, changes.Add);

        watcher.Get<JobEvents>().Dropped(await watcher.FindAsync(job), 1);
        Assert.False(run.Wants(1));
        Assert.False(run.Token.IsCancellationRequested);
        await watcher.CancelAsync(job);

        Assert.True(run.Token.IsCancellationRequested);
        Assert.Contains(changes, change => change is { State: JobState.Cancelled, IsRemote: true });
    }

    public async ValueTask DisposeAsync()
    {
        hearings.ForEach(hearing => hearing.Dispose());
        await watcher.DisposeAsync();
        await maker.DisposeAsync();
        folder.Dispose();
    }

    private Studio NodeOf() => new(
        folder.Path,
        change: services => services.AddSingleton(lines.NewNode()),
        settings: new Dictionary<string, string?> { ["Generation:SharedQueue"] = "true" });

    private async Task<Guid> RunningAsync()
    {
        await maker.PrepareAsync();
        await watcher.PrepareAsync();
        var job = await maker.SubmitAsync(TestRequests.Fox());
        maker.Get<JobEvents>().Started(job, run: 1, 0);
        return job;
    }

    private IAsyncEnumerator<PreviewFrame> Watch(Guid job) => watcher.Get<PreviewBus>().WatchAsync(job, Cancellation).GetAsyncEnumerator(Cancellation);

    private static async Task<PreviewFrame?> NextAsync(IAsyncEnumerator<PreviewFrame> frames) =>
        await frames.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(60), Cancellation) ? frames.Current : null;

    private static PreviewFrame Frame(Guid job, int step) =>
        new(job, 0, "decoder", step, 12, step / 12.0, 64, 64, "image/webp", new byte[] { 1, 2, (byte)step });
}
