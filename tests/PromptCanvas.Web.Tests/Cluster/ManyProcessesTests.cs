using System.Net;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Web.Features.Previews;
using PromptCanvas.Web.Tests.Fakes;
using PromptCanvas.Web.Tests.Faults;

namespace PromptCanvas.Web.Tests.Cluster;

/// <summary>Two web nodes and three workers, all processes of the real program, on PostgreSQL, Redis and a bucket, behind HAProxy.</summary>
public sealed class ManyProcessesTests : IAsyncDisposable
{
    private const int Workers = 3;

    private readonly ClusterParts parts = new();
    private readonly List<HubConnection> lines = [];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private StudioCluster Cluster => parts.Cluster;

    /// <summary>One test, because the processes take long to start.</summary>
    [Fact]
    public async Task EveryPairWorks_AndWhateverDies_NothingIsLostOrChargedTwice()
    {
        await parts.StartAsync(Workers);
        Cluster.Hold();
        foreach (var ((web, other), member) in Cluster.Pairs.Zip(parts.Members))
        {
            await ShowAndCancelAsync(web, other);
            await NoticeAsync(web, other, member);
            await SuspendAsync(web, other, member);
        }

        await parts.ConsistentAsync();
        var first = await SubmitAsync("first");
        var second = await SubmitAsync("second");
        using var client = Cluster["b"].Client();
        var runs = await RunningAsync(client, first, second);
        var watched = await WatchAsync(Cluster["b"], first, second);
        await WorkerDiesAsync(runs[first], first, watched);
        await WebNodeDiesAsync(first, watched);
        watched = [.. watched, .. await WatchAsync(Cluster["a"], first, second)];
        await parts.Redis.KillAsync();
        await parts.Redis.ResumeAsync();
        await MovesOnAsync(watched);
        parts.Postgres.Restart();
        var third = await SubmitAsync("third");
        await MovesOnAsync(watched);
        await parts.ConsistentAsync();
        await Cluster.ReadyAsync();
        Cluster.Release();
        await Task.WhenAll(watched.Select(frames => frames.EndAsync()));
        await DeliveredAsync(first, second, third);
        await parts.ConsistentAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var line in lines)
        {
            await line.DisposeAsync();
        }

        await parts.DisposeAsync();
    }

    /// <summary>Jobs that are submitted on one web node, one on each worker: both nodes show them, the other one cancels them.</summary>
    private async Task ShowAndCancelAsync(StudioProcess web, StudioProcess other)
    {
        using var client = web.Client();
        var jobs = await OnEveryWorkerAsync(client);
        var streams = (await WatchAsync(web, jobs)).Concat(await WatchAsync(other, jobs)).ToList();
        foreach (var frames in streams)
        {
            var shown = await frames.NextAsync(frame => frame.Bytes.Length > 0);
            Assert.InRange(shown.Progress, double.Epsilon, 1);
        }

        using var canceller = other.Client();
        foreach (var job in jobs)
        {
            using var answer = await canceller.DeleteAsync($"/api/jobs/{job}", Cancellation);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        await Task.WhenAll(streams.Select(frames => frames.EndAsync()));
    }

    /// <summary>A member asks for credits on one web node; the administrator's bell shows it on the other one.</summary>
    private async Task NoticeAsync(StudioProcess web, StudioProcess other, SomebodyInTest member)
    {
        using var theirs = PageForms.Browser(web.Address, member.Cookie);
        using var asked = await theirs.SendFormAsync("/account/usage", "ask-credits", ("Ask.Amount", "25"), ("Ask.Note", ""));
        Assert.Equal(HttpStatusCode.Found, asked.StatusCode);
        using var browser = PageForms.Browser(other.Address, parts.Administrator.Cookie);
        Assert.Contains($"""bell-count" aria-hidden="true">{parts.Members.IndexOf(member) + 1}<""", await browser.GetStringAsync("/gallery", Cancellation), StringComparison.Ordinal);
    }

    /// <summary>A member's jobs, one on each worker, and their page on one web node; the other one suspends the member.</summary>
    private async Task SuspendAsync(StudioProcess web, StudioProcess other, SomebodyInTest member)
    {
        using var theirs = other.Client(member.Key);
        var jobs = await OnEveryWorkerAsync(theirs);
        var page = await CircuitLine.OpenAsync(other.Address, member.Cookie, Cancellation);
        lines.Add(page);
        var closed = new TaskCompletionSource();
        page.Closed += _ =>
        {
            closed.TrySetResult();
            return Task.CompletedTask;
        };

        using var browser = PageForms.Browser(web.Address, parts.Administrator.Cookie);
        using var done = await browser.SendFormAsync("/admin/people", $"suspend-{member.Id}");

        Assert.Equal(HttpStatusCode.Found, done.StatusCode);
        await closed.Task.WaitAsync(TimeSpan.FromSeconds(30), Cancellation);
        Assert.Equal(HttpStatusCode.Unauthorized, await RefusedAsync(theirs));
    }

    // A node remembers for two seconds whose key is valid.
    private static async Task<HttpStatusCode> RefusedAsync(HttpClient client)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        while (true)
        {
            using var answer = await client.GetAsync("/api/jobs", patience.Token);
            if (!answer.IsSuccessStatusCode)
            {
                return answer.StatusCode;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), patience.Token);
        }
    }

    /// <summary>The idle worker takes the job of the one that is killed; its watchers see it.</summary>
    private async Task WorkerDiesAsync(string worker, Guid job, IReadOnlyList<IAsyncEnumerator<PreviewMessage>> watched)
    {
        await MovesOnAsync(watched);
        await Cluster.KillAsync(worker);
        using var client = Cluster["b"].Client();
        await client.JobWhenAsync(job, now => now.GetProperty("state").GetString() == "running" && now.GetProperty("ranOn").GetString() != worker);
        await MovesOnAsync(watched);
        await parts.ConsistentAsync();
        await Cluster.StartAsync(worker);
    }

    /// <summary>Requests with the killed node's cookie go to the other one, and a repeated submit is the same job there.</summary>
    private async Task WebNodeDiesAsync(Guid job, IReadOnlyList<IAsyncEnumerator<PreviewMessage>> watched)
    {
        using var visitor = Cluster.Client(node: "a");
        Assert.Equal("running", (await visitor.JobAsync(job)).GetProperty("state").GetString());
        await Cluster.KillAsync("a");
        Assert.Equal("running", (await visitor.JobAsync(job)).GetProperty("state").GetString());
        Assert.Equal(job, await SubmitAsync("first"));
        await MovesOnAsync(watched);
        await parts.ConsistentAsync();
        await Cluster.StartAsync("a");
    }

    /// <summary>Only the newest frame of a picture waits for a watcher, so the third one was published afterwards.</summary>
    private static async Task MovesOnAsync(IReadOnlyList<IAsyncEnumerator<PreviewMessage>> watched)
    {
        foreach (var frames in watched)
        {
            for (var frame = 0; frame < 3; frame++)
            {
                await frames.NextAsync(next => next.Bytes.Length > 0);
            }
        }
    }

    private async Task DeliveredAsync(params Guid[] jobs)
    {
        foreach (var web in Cluster.Webs)
        {
            using var client = web.Client();
            foreach (var job in jobs)
            {
                var over = await client.EndOfJobAsync(job);
                Assert.Equal("done", over.GetProperty("state").GetString());

                // From the bucket: no web node has made a picture. The store compares the bytes with the hash in the row.
                Assert.NotEmpty(await client.GetByteArrayAsync(over.GetProperty("images")[0].GetProperty("contentUrl").GetString(), Cancellation));
            }
        }

        await using var database = await parts.OpenAsync();
        Assert.All(await database.Jobs.Where(job => !jobs.Contains(job.Id)).ToListAsync(Cancellation), job => Assert.Equal(JobState.Cancelled, job.State));
        Assert.Equal(jobs.Order(), await database.Pictures.Select(picture => picture.JobId).Order().ToListAsync(Cancellation));
    }

    /// <summary>Submits until the answer says which job it is, always with the same key.</summary>
    private async Task<Guid> SubmitAsync(string key)
    {
        using var client = Cluster.Client();
        while (true)
        {
            using var answer = await client.PostJobAsync(new { kind = "generate", prompt = "a red cube", count = 1, size = 64, seed = 7u }, key);
            if (answer.IsSuccessStatusCode)
            {
                return (await answer.ReadJsonAsync()).GetProperty("id").GetGuid();
            }

            Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
            await Task.Delay(TimeSpan.FromMilliseconds(100), Cancellation);
        }
    }

    /// <summary>A worker has one job at a time, so three jobs are on three workers.</summary>
    private static async Task<Guid[]> OnEveryWorkerAsync(HttpClient client)
    {
        var jobs = new Guid[Workers];
        for (var worker = 0; worker < Workers; worker++)
        {
            jobs[worker] = await client.StartJobAsync(count: 1);
        }

        Assert.Equal(Enumerable.Range(1, Workers).Select(StudioCluster.NameOf), (await RunningAsync(client, jobs)).Values.Order());
        return jobs;
    }

    /// <summary>The names of the workers that run these jobs.</summary>
    private static async Task<Dictionary<Guid, string>> RunningAsync(HttpClient client, params Guid[] jobs)
    {
        var workers = new Dictionary<Guid, string>();
        foreach (var job in jobs)
        {
            workers[job] = (await client.JobWhenAsync(job, now => now.GetProperty("state").GetString() == "running")).GetProperty("ranOn").GetString()!;
        }

        return workers;
    }

    private async Task<IReadOnlyList<IAsyncEnumerator<PreviewMessage>>> WatchAsync(StudioProcess web, params Guid[] jobs)
    {
        var streams = new List<IAsyncEnumerator<PreviewMessage>>();
        foreach (var job in jobs)
        {
            var line = await web.WatchAsync();
            lines.Add(line);
            streams.Add(line.StreamAsync<PreviewMessage>("Watch", job, Cancellation).GetAsyncEnumerator(Cancellation));
        }

        return streams;
    }
}
