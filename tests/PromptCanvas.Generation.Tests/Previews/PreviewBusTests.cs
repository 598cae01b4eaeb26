using PromptCanvas.Data.Jobs;
using PromptCanvas.Generation.Previews;
using PromptCanvas.Generation.Tests.Fakes;
using PromptCanvas.Imaging.Pixels;

namespace PromptCanvas.Generation.Tests.Previews;

public sealed class PreviewBusTests : IAsyncDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly Studio studio;

    public PreviewBusTests() => studio = new Studio(folder.Path);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private PreviewBus Bus => studio.Get<PreviewBus>();

    [Fact]
    public async Task WatchAsync_LateJoiner_GetsEachPicturesLatestFirst()
    {
        var job = await RunningJobAsync();
        Bus.Publish(Frame(job, image: 0, step: 1));
        Bus.Publish(Frame(job, image: 1, step: 1));
        Bus.Publish(Frame(job, image: 0, step: 2));

        await using var watch = Bus.WatchAsync(job, Cancellation).GetAsyncEnumerator(Cancellation);

        Assert.Equal((0, 2), Seen(await NextAsync(watch)));
        Assert.Equal((1, 1), Seen(await NextAsync(watch)));
    }

    [Fact]
    public async Task WatchAsync_AfterUnwatchedSteps_ShowsTheLastPicture()
    {
        var job = await RunningJobAsync();
        Bus.Publish(Frame(job, image: 0, step: 1) with { Bytes = ReadOnlyMemory<byte>.Empty });
        Bus.Publish(Frame(job, image: 0, step: 2));
        Bus.Publish(Frame(job, image: 0, step: 3) with { Bytes = ReadOnlyMemory<byte>.Empty });

        await using var watch = Bus.WatchAsync(job, Cancellation).GetAsyncEnumerator(Cancellation);

        var frame = Assert.IsType<PreviewFrame>(await NextAsync(watch));
        Assert.Equal((0, 3), Seen(frame));
        Assert.Equal(Frame(job, image: 0, step: 2).Bytes.ToArray(), frame.Bytes.ToArray());
    }

    [Fact]
    public async Task Publish_StepWithoutAPicture_LeavesTheOneNotSeenYet()
    {
        var job = await RunningJobAsync();
        Bus.Publish(Frame(job, image: 0, step: 1));
        await using var watch = Bus.WatchAsync(job, Cancellation).GetAsyncEnumerator(Cancellation);
        await NextAsync(watch);
        var second = Frame(job, image: 0, step: 2);
        Bus.Publish(second);
        Bus.Publish(Frame(job, image: 0, step: 3) with { Bytes = ReadOnlyMemory<byte>.Empty, Width = 0, Height = 0 });

        var frame = Assert.IsType<PreviewFrame>(await NextAsync(watch));

        Assert.Equal(3, frame.Step);
        Assert.Equal((second.Bytes, second.Width, second.Height), (frame.Bytes, frame.Width, frame.Height));
    }

    [Fact]
    public async Task Publish_SlowWatcher_LosesFramesAndSlowsNoOther()
    {
        var job = await RunningJobAsync();
        await using var slow = Bus.WatchAsync(job, Cancellation).GetAsyncEnumerator(Cancellation);
        await using var quick = Bus.WatchAsync(job, Cancellation).GetAsyncEnumerator(Cancellation);
        Bus.Publish(Frame(job, image: 0, step: 1));
        Assert.Equal((0, 1), Seen(await NextAsync(slow)));
        Assert.Equal((0, 1), Seen(await NextAsync(quick)));

        for (var step = 2; step <= 1000; step++)
        {
            Bus.Publish(Frame(job, image: 0, step));
            Assert.Equal((0, step), Seen(await NextAsync(quick)));
        }

        Assert.Equal((0, 1000), Seen(await NextAsync(slow)));
    }

    [Fact]
    public async Task Complete_WhileWatched_EndsTheWatchAfterItsLastFrame()
    {
        var job = await RunningJobAsync();
        await using var watch = Bus.WatchAsync(job, Cancellation).GetAsyncEnumerator(Cancellation);
        Bus.Publish(Frame(job, image: 0, step: 1));
        Assert.NotNull(await NextAsync(watch));
        Bus.Publish(Frame(job, image: 0, step: 2));

        Bus.Complete(job);

        Assert.Equal((0, 2), Seen(await NextAsync(watch)));
        Assert.Null(await NextAsync(watch));
        Assert.False(Bus.HasWatchers(job));
    }

    [Fact]
    public async Task WatchAsync_JobOverOrUnknown_EndsAtOnce()
    {
        await studio.StartAsync();
        var done = await studio.WaitAsync(await studio.SubmitAsync(TestRequests.Fox()), JobState.Done);

        Assert.Empty(await Bus.WatchAsync(done.Id, Cancellation).ToListAsync(Cancellation));
        Assert.Empty(await Bus.WatchAsync(Guid.NewGuid(), Cancellation).ToListAsync(Cancellation));
        Assert.False(Bus.HasWatchers(done.Id));
    }

    [Fact]
    public async Task HasWatchers_WatcherLeaves_IsFalseAgain()
    {
        var job = await RunningJobAsync();
        Assert.False(Bus.HasWatchers(job));
        var watch = Bus.WatchAsync(job, Cancellation).GetAsyncEnumerator(Cancellation);
        Bus.Publish(Frame(job, image: 0, step: 1));
        var next = watch.MoveNextAsync();
        Assert.True(Bus.HasWatchers(job));
        Assert.True(await next);

        await watch.DisposeAsync();

        Assert.False(Bus.HasWatchers(job));
    }

    [Fact]
    public async Task Worker_WithoutWatchers_EncodesNothing()
    {
        await studio.StartAsync();

        await studio.WaitAsync(await studio.SubmitAsync(TestRequests.Fox(count: 4)), JobState.Done);

        Assert.Equal(0, studio.Get<PreviewPublisher>().Encoded);
    }

    [Fact]
    public async Task Worker_WithAWatcher_SendsStepsAndPredictedPictures()
    {
        await studio.PrepareAsync();
        var id = await studio.SubmitAsync(TestRequests.Fox(count: 1));
        await using var watch = Bus.WatchAsync(id, Cancellation).GetAsyncEnumerator(Cancellation);
        var first = watch.MoveNextAsync();
        await studio.StartAsync();
        Assert.True(await first);
        var frames = new List<PreviewFrame> { watch.Current };
        while (await NextAsync(watch) is { } frame)
        {
            frames.Add(frame);
        }

        Assert.True(studio.Engine.Requests.Single().PreviewsWanted is not null);
        Assert.Equal(1, studio.Get<PreviewPublisher>().Encoded);
        var last = frames[^1];
        Assert.Equal(("decoder", 1, 1, 0.5, 64, 64, "image/webp"), (last.Stage, last.Step, last.Steps, last.Progress, last.Width, last.Height, last.ContentType));
        Assert.Equal(64, PictureDecoder.Decode(last.Bytes.ToArray()).Width);
    }

    public async ValueTask DisposeAsync()
    {
        await studio.DisposeAsync();
        folder.Dispose();
    }

    private static (int Image, int Step) Seen(PreviewFrame? frame) => frame is null ? (-1, -1) : (frame.ImageIndex, frame.Step);

    private static PreviewFrame Frame(Guid job, int image, int step) =>
        new(job, image, "decoder", step, 1000, 0.5, 64, 64, "image/webp", new byte[] { 1 });

    private static async Task<PreviewFrame?> NextAsync(IAsyncEnumerator<PreviewFrame> watch) =>
        await watch.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(60), Cancellation) ? watch.Current : null;

    private async Task<Guid> RunningJobAsync()
    {
        await studio.PrepareAsync();
        var id = await studio.SubmitAsync(TestRequests.Fox());
        Bus.Start(id, run: 1);
        return id;
    }
}
