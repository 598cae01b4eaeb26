using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using PromptCanvas.Data;
using PromptCanvas.Data.People;
using PromptCanvas.Web.Features.Previews;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Faults;

/// <summary>Row 22 of the fault catalogue: 200 browsers, 200 watchers, 20 people who make pictures. It asserts that all are served; times are the load tests' matter.</summary>
public sealed class TwoHundredBrowsersTests
{
    private const int People = 20;
    private const int LinesEach = 10;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task PagesAndWatchers_OfTwentyJobs_AllSeeTheirPicturesAndStayOpen()
    {
        await using var studio = new Studio { Settings = { ["Generation:ConcurrentJobs"] = $"{People}" } };
        _ = studio.Administrator;
        await UntilAsync(() => studio.Engine is { Latest: not null, AtWork: 0 });
        studio.Engine.Gate.Reset();
        studio.Engine.ShowsWhileWaiting = true;
        var jobs = new List<(SomebodyInTest Person, Guid Job)>();
        for (var number = 0; number < People; number++)
        {
            var person = await studio.PersonAsync($"person-{number}@example.com", PersonRoles.Member);
            using var client = studio.ClientOf(person);
            jobs.Add((person, await client.StartJobAsync(count: 1)));
        }

        await UntilAsync(() => studio.Engine.AtWork == People);
        var lost = 0;
        await using var pages = new Lines();
        await using var watchers = new Lines();
        foreach (var (person, _) in jobs)
        {
            for (var number = 0; number < LinesEach; number++)
            {
                var (page, _) = await CircuitLine.OpenAsync(studio, person.Cookie, Cancellation);
                page.Closed += _ =>
                {
                    Interlocked.Increment(ref lost);
                    return Task.CompletedTask;
                };
                pages.Add(page);
            }
        }

        var seen = await Task.WhenAll(jobs.SelectMany(job => Enumerable.Range(0, LinesEach).Select(_ => WatchAsync(studio, job.Person, job.Job, watchers))));

        Assert.Equal(People * LinesEach, seen.Length);
        Assert.Equal(jobs.Select(job => job.Job).Order(), seen.Distinct().Order());
        Assert.Equal(0, lost);
        studio.Engine.Gate.Set();
        foreach (var (person, job) in jobs)
        {
            using var client = studio.ClientOf(person);
            Assert.Equal("done", (await client.EndOfJobAsync(job)).GetProperty("state").GetString());
        }

        Assert.Equal(0, lost);
        await using var database = await studio.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync(Cancellation);
        Assert.Empty(await Invariants.BrokenAsync(database, Cancellation));
    }

    /// <returns>The job of the first frame with a picture.</returns>
    private static async Task<Guid> WatchAsync(Studio studio, SomebodyInTest person, Guid job, Lines lines)
    {
        var watcher = new HubConnectionBuilder().WithUrl(new Uri(studio.Server.BaseAddress, "hubs/generation"), options =>
        {
            options.HttpMessageHandlerFactory = _ => studio.Server.CreateHandler();
            options.AccessTokenProvider = () => Task.FromResult<string?>(person.Key);
        }).AddMessagePackProtocol().Build();
        lines.Add(watcher);
        await watcher.StartAsync(Cancellation);
        await foreach (var frame in watcher.StreamAsync<PreviewMessage>("Watch", job, Cancellation))
        {
            if (frame.Bytes.Length > 0)
            {
                return frame.JobId;
            }
        }

        throw new InvalidOperationException("The stream ended without a picture.");
    }

    private static async Task UntilAsync(Func<bool> expected)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        while (!expected())
        {
            await Task.Delay(20, patience.Token);
        }
    }

    private sealed class Lines : IAsyncDisposable
    {
        private readonly List<HubConnection> connections = [];

        public void Add(HubConnection connection)
        {
            lock (connections)
            {
                connections.Add(connection);
            }
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var connection in connections)
            {
                await connection.DisposeAsync();
            }
        }
    }
}
