using System.Net;
using PromptCanvas.Data.People;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Cluster;

/// <summary>What two web nodes and a worker show each other over a real Redis.</summary>
public sealed class LiveNodesTests : IAsyncDisposable
{
    private RedisServer? redis;
    private Nodes? nodes;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Previews_OfAJobOnTheWorker_ReachEveryNodeAndLateWatchersToo()
    {
        var (one, other, worker) = await StartAsync();
        worker.Engine.Gate.Reset();
        worker.Engine.ShowsWhileWaiting = true;
        var job = await one.CreateClient().StartJobAsync(count: 2);
        var (first, early) = await one.WatchAsync(job);
        await using var firstLine = first;
        var picture = await early.NextAsync(frame => frame is { ImageIndex: 0, Stage: "decoder", Bytes.Length: > 0 });
        await early.NextAsync(frame => frame is { ImageIndex: 1, Stage: "decoder", Bytes.Length: > 0 });

        // The engine shows nothing more, so what this watcher gets was shown before it came.
        worker.Engine.ShowsWhileWaiting = false;
        var (second, late) = await other.WatchAsync(job);
        await using var secondLine = second;
        var shown = new HashSet<int>();
        while (shown.Count < 2)
        {
            var frame = await late.NextAsync(frame => frame.Bytes.Length > 0);
            Assert.Equal("decoder", frame.Stage);
            shown.Add(frame.ImageIndex);
        }

        Assert.Equal("image/webp", picture.ContentType);
        worker.Engine.Gate.Set();
        await early.EndAsync();
        await late.EndAsync();
        var over = await other.CreateClient().EndOfJobAsync(job);
        Assert.Equal("done", over.GetProperty("state").GetString());
    }

    [Fact]
    public async Task Previews_WithoutWatchers_AreNotEncodedOnTheWorker()
    {
        var (one, _, worker) = await StartAsync();
        var client = one.CreateClient();
        await client.EndOfJobAsync(await client.StartJobAsync(count: 1));
        await Nodes.UntilAsync(() => worker.Engine.AtWork == 0);

        Assert.Equal(0, worker.Engine.PicturesShown);
    }

    [Fact]
    public async Task Cancel_OnAWebNode_StopsTheRunOnTheWorker()
    {
        var (one, other, worker) = await StartAsync();
        worker.Engine.Gate.Reset();
        var job = await one.CreateClient().StartJobAsync(count: 1);
        await Nodes.UntilAsync(() => worker.Engine.AtWork == 1);

        using var answer = await other.CreateClient().DeleteAsync($"/api/jobs/{job}", Cancellation);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        await Nodes.UntilAsync(() => worker.Engine.AtWork == 0);
    }

    [Fact]
    public async Task Redis_Killed_JobsGoOnAndPreviewsComeBack()
    {
        var (one, _, worker) = await StartAsync();
        worker.Engine.Gate.Reset();
        worker.Engine.ShowsWhileWaiting = true;
        var client = one.CreateClient();
        var job = await client.StartJobAsync(count: 1);
        var (connection, frames) = await one.WatchAsync(job);
        await using var line = connection;
        await frames.NextAsync(frame => frame.Bytes.Length > 0);

        await redis!.KillAsync();
        await Nodes.UntilAsync(() => !one.Line().IsUp && !worker.Line().IsUp);

        // Pictures requested while Redis is unavailable are made.
        var quick = await client.StartJobAsync(count: 1);
        await redis.ResumeAsync();
        await Nodes.UntilAsync(() => one.Line().IsUp && worker.Line().IsUp);
        await frames.NextAsync(frame => frame.Bytes.Length > 0);

        worker.Engine.Gate.Set();
        Assert.Equal("done", (await client.EndOfJobAsync(job)).GetProperty("state").GetString());
        Assert.Equal("done", (await client.EndOfJobAsync(quick)).GetProperty("state").GetString());
        await frames.EndAsync();
    }

    /// <summary>Only the newest frame of a picture waits for a watcher, so the third one was published afterwards.</summary>
    [Fact]
    public async Task Redis_FlushedThenFrozen_PreviewsGoOnAndJobsAreMade()
    {
        var (one, _, worker) = await StartAsync();
        worker.Engine.Gate.Reset();
        worker.Engine.ShowsWhileWaiting = true;
        var client = one.CreateClient();
        var job = await client.StartJobAsync(count: 1);
        var (connection, frames) = await one.WatchAsync(job);
        await using var line = connection;
        await frames.NextAsync(frame => frame.Bytes.Length > 0);

        await redis!.FlushAsync();
        await ThirdAsync();
        redis.Freeze(true);
        var meanwhile = await client.StartJobAsync(count: 1);
        redis.Freeze(false);
        await ThirdAsync();

        worker.Engine.Gate.Set();
        Assert.Equal("done", (await client.EndOfJobAsync(job)).GetProperty("state").GetString());
        Assert.Equal("done", (await client.EndOfJobAsync(meanwhile)).GetProperty("state").GetString());
        await frames.EndAsync();

        async Task ThirdAsync()
        {
            for (var frame = 0; frame < 3; frame++)
            {
                await frames.NextAsync(next => next.Bytes.Length > 0);
            }
        }
    }

    [Fact]
    public async Task Redis_GoneForGood_JobsAreMadeAndStreamsEnd()
    {
        var (one, _, worker) = await StartAsync();
        worker.Engine.Gate.Reset();
        worker.Engine.ShowsWhileWaiting = true;
        var client = one.CreateClient();
        var job = await client.StartJobAsync(count: 1);
        var (connection, frames) = await one.WatchAsync(job);
        await using var line = connection;
        await frames.NextAsync(frame => frame.Bytes.Length > 0);

        await redis!.KillAsync();
        await Nodes.UntilAsync(() => !one.Line().IsUp && !worker.Line().IsUp);
        worker.Engine.Gate.Set();

        Assert.Equal("done", (await client.EndOfJobAsync(job)).GetProperty("state").GetString());
        await frames.EndAsync();
    }

    [Fact]
    public async Task Suspend_OnOneNode_ClosesThePagesOfTheOther()
    {
        var (one, other, _) = await StartAsync();
        var person = await one.PersonAsync("leaving@example.com", PersonRoles.Member);
        var (line, _) = await CircuitLine.OpenAsync(other, person.Cookie, Cancellation);
        await using var page = line;
        var closed = new TaskCompletionSource();
        page.Closed += _ =>
        {
            closed.TrySetResult();
            return Task.CompletedTask;
        };

        using var administrator = one.Browser(one.Administrator.Cookie);
        using var done = await administrator.SendFormAsync("/admin/people", $"suspend-{person.Id}");

        Assert.Equal(HttpStatusCode.Found, done.StatusCode);
        await closed.Task.WaitAsync(TimeSpan.FromSeconds(5), Cancellation);
        using var browser = other.Browser(person.Cookie);
        using var answer = await browser.GetAsync("/gallery", Cancellation);
        Assert.Equal(HttpStatusCode.Found, answer.StatusCode);
    }

    public async ValueTask DisposeAsync()
    {
        if (nodes is not null)
        {
            await nodes.DisposeAsync();
        }

        if (redis is not null)
        {
            await redis.DisposeAsync();
        }
    }

    private async Task<(Studio One, Studio Other, Studio Worker)> StartAsync()
    {
        redis = await RedisServer.StartAsync();
        nodes = await Nodes.StartAsync(redis.Address);
        return (nodes.One, nodes.Other, nodes.Worker);
    }
}
