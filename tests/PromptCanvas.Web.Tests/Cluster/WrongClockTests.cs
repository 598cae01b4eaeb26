using System.Net;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Cluster;

/// <summary>A web node and two workers whose clocks are an hour ahead or behind. Row 15 of the fault catalogue.</summary>
public sealed class WrongClockTests : IAsyncDisposable
{
    private const string Right = "a";
    private const string Wrong = "b";
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private readonly ClusterParts parts = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private StudioCluster Cluster => parts.Cluster;

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public async Task Nodes_WithClocksAnHourOff_KeepLeasesForecastsAndSessions(int hours)
    {
        FakeTime.Require();
        await parts.StartAsync(workers: 2, name => name switch
        {
            Right => new Dictionary<string, string>(),
            Wrong or "worker-1" => FakeTime.Off(hours * Hour),
            _ => FakeTime.Off(-hours * Hour),
        });
        using var client = Cluster[Right].Client();
        using var wrong = Cluster[Wrong].Client();
        Assert.InRange(((await ClockAsync(wrong)) - (await ClockAsync(client))) * hours, Hour / 2, Hour * 2);
        await SignInAsync(Wrong, Right);
        var session = await SignInAsync(Right, Wrong);

        // Each worker measures its speed.
        Guid[] measured = [await client.StartJobAsync(count: 1), await wrong.StartJobAsync(count: 1)];
        foreach (var job in measured)
        {
            Assert.Equal("done", (await client.EndOfJobAsync(job)).GetProperty("state").GetString());
        }

        Cluster.Hold();
        Guid[] running = [await client.StartJobAsync(count: 1), await wrong.StartJobAsync(count: 1)];
        foreach (var job in running)
        {
            await client.JobWhenAsync(job, now => now.GetProperty("state").GetString() == "running");
        }

        var waiting = await wrong.StartJobAsync(count: 1);
        foreach (var each in (HttpClient[])[client, wrong])
        {
            var forecast = await each.JobWhenAsync(waiting, now => now.TryGetProperty("etaSeconds", out var seconds) && seconds.ValueKind == JsonValueKind.Number);
            Assert.InRange(forecast.GetProperty("etaSeconds").GetDouble(), 0, Hour.TotalSeconds / 10);
        }

        await RenewedAsync(running);
        await NobodyIsMissingAsync(hours, session);
        Cluster.Release();
        foreach (var job in (Guid[])[.. running, waiting])
        {
            Assert.Equal("done", (await wrong.EndOfJobAsync(job)).GetProperty("state").GetString());
        }

        await using var database = await parts.OpenAsync();
        Assert.Equal(0, await database.Jobs.SumAsync(job => job.CrashCount, Cancellation));

        // A node with another time has not made keys of its own.
        Assert.Equal(1, await database.DataProtectionKeys.CountAsync(Cancellation));
        await parts.ConsistentAsync();
    }

    private static int Occurrences(string page, string words) => page.Split(words).Length - 1;

    public ValueTask DisposeAsync() => parts.DisposeAsync();

    private static async Task<DateTimeOffset> ClockAsync(HttpClient client)
    {
        using var answer = await client.GetAsync("/health/live", Cancellation);
        return answer.Headers.Date!.Value;
    }

    /// <summary>A session that begins on one node is one on the other.</summary>
    /// <returns>Its cookie.</returns>
    private async Task<string> SignInAsync(string here, string there)
    {
        using var browser = PageForms.Browser(Cluster[here].Address, cookie: null);
        using var signedIn = await browser.SignInAsync(parts.Administrator.Email, Studio.Password);
        Assert.Equal(HttpStatusCode.Found, signedIn.StatusCode);
        var session = signedIn.Headers.GetValues("Set-Cookie").Single(cookie => cookie.StartsWith("promptcanvas=", StringComparison.Ordinal)).Split(';')[0];
        using var other = PageForms.Browser(Cluster[there].Address, session);
        using var page = await other.GetAsync("/gallery", Cancellation);
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);

        // The proof of identity was given just now, on either node.
        Assert.DoesNotContain("account/confirm", await other.GetStringAsync("/account/keys", Cancellation), StringComparison.Ordinal);
        return session;
    }

    /// <summary>Waits until every lease has been renewed for longer than it lasts: nobody took the job for lost. Leases end by the database's clock.</summary>
    private async Task RenewedAsync(Guid[] jobs)
    {
        DateTimeOffset? first = null;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        while (true)
        {
            await using var database = await parts.OpenAsync();
            var now = (await database.Database.SqlQueryRaw<DateTimeOffset>("SELECT now() AS \"Value\"").ToListAsync(patience.Token)).Single();
            var leases = await database.Jobs.Where(job => jobs.Contains(job.Id)).ToListAsync(patience.Token);
            Assert.All(leases, job => Assert.Equal((JobState.Running, 0), (job.State, job.CrashCount)));
            Assert.All(leases, job => Assert.InRange(job.LeaseUntil!.Value, now - Hour / 10, now + Hour / 10));
            first ??= leases.Max(job => job.LeaseUntil);
            if (leases.TrueForAll(job => job.LeaseUntil > first + ClusterParts.Lease))
            {
                return;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(250), patience.Token);
        }
    }

    /// <summary>Reports are dated by the database, so nobody has stopped reporting; the page says whose clock is wrong.</summary>
    private async Task NobodyIsMissingAsync(int hours, string session)
    {
        foreach (var web in Cluster.Webs)
        {
            using var browser = PageForms.Browser(web.Address, session);
            var page = await browser.GetStringAsync("/admin/machines", Cancellation);
            Assert.Contains("worker-2", page, StringComparison.Ordinal);
            Assert.DoesNotContain("stopped reporting", page, StringComparison.OrdinalIgnoreCase);
            Assert.Equal((2, 1), (Occurrences(page, hours > 0 ? "60 minutes ahead" : "60 minutes behind"), Occurrences(page, hours > 0 ? "60 minutes behind" : "60 minutes ahead")));
            Assert.Contains("clocks-banner", page, StringComparison.Ordinal);
        }
    }
}
