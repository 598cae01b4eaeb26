using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using PromptCanvas.Data;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Cluster;

/// <summary>PostgreSQL stopped, restarted and cut off under several nodes: rows 9, 10 and 13 of the fault catalogue.</summary>
public sealed class DatabaseOutageTests : IAsyncDisposable
{
    // As docs/scaling.md gives it: a cut connection is noticed before a lease ends.
    private const string Impatient = ";Timeout=3;Command Timeout=5;Cancellation Timeout=1000;Keepalive=5;Tcp Keepalive=true;Tcp Keepalive Time=5;Tcp Keepalive Interval=2";

    private const int Rounds = 3;

    private readonly PostgresServer server = new();
    private readonly List<Studio> alone = [];
    private readonly string folder = Directory.CreateTempSubdirectory("promptcanvas-outage-").FullName;
    private Relay? relay;
    private Nodes? nodes;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task PostgreSql_AwayUnderTwoWebNodesAndAWorker_TheyWaitAndTheJobIsMadeOnce()
    {
        await StartAsync();
        await HoldAsync(nodes!.Worker);
        using var one = nodes.One.CreateClient();
        using var other = nodes.Other.CreateClient();
        var job = await one.StartJobAsync(count: 2);
        await Nodes.UntilAsync(() => nodes.Worker.Engine.AtWork == 1);

        server.Stop();
        foreach (var client in (HttpClient[])[one, other])
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, await StatusAsync(client, "/api/jobs"));
        }

        // A balancer has no session.
        foreach (var node in (Studio[])[nodes.One, nodes.Other])
        {
            using var balancer = node.ClientOf(null);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, await StatusAsync(balancer, "/health/ready"));
            Assert.Equal(HttpStatusCode.OK, await StatusAsync(balancer, "/health/live"));
        }

        using (var browser = nodes.One.Browser(nodes.One.Administrator.Cookie))
        using (var page = await browser.GetAsync("/gallery", Cancellation))
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, page.StatusCode);
            Assert.Contains("The database is unavailable", await page.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        }

        // The pictures are finished while there is no database for their rows.
        nodes.Worker.Engine.Gate.Set();
        server.Resume();

        Assert.Equal("done", await StateAsync(other, job));
        var next = await EventuallyAsync(() => other.StartJobAsync(count: 1));
        Assert.Equal("done", await StateAsync(one, next));
        await ConsistentAsync(nodes.One, pictures: 3);
    }

    [Fact]
    public async Task PostgreSql_AwayForLongerThanALease_TheWorkIsGivenUpAndMadeOnceAfterwards()
    {
        await StartAsync(lease: "00:00:06");
        await HoldAsync(nodes!.Worker);
        using var client = nodes.One.CreateClient();
        var job = await client.StartJobAsync(count: 1);
        await Nodes.UntilAsync(() => nodes.Worker.Engine.AtWork == 1);

        server.Stop();
        await Nodes.UntilAsync(() => nodes.Worker.Engine.AtWork == 0);
        nodes.Worker.Engine.Gate.Set();
        server.Resume();

        Assert.Equal("done", await StateAsync(client, job));
        await using var database = await EventuallyAsync(() => nodes.One.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync(Cancellation));
        Assert.Equal(0, (await database.Jobs.SingleAsync(Cancellation)).CrashCount);
        await ConsistentAsync(nodes.One, pictures: 1);
    }

    [Fact]
    public async Task Connections_TerminatedAgainAndAgain_EveryJobIsMadeOnce()
    {
        var connection = await StartAsync();
        using var client = nodes!.One.CreateClient();
        var jobs = new List<Guid>();
        for (var round = 0; round < Rounds; round++)
        {
            jobs.Add(await EventuallyAsync(() => SubmitAsync(client, $"round {round}")));
            await TerminateAsync(connection);
        }

        foreach (var job in jobs)
        {
            Assert.Equal("done", await StateAsync(client, job));
        }

        await ConsistentAsync(nodes.One, pictures: Rounds);
    }

    [Fact]
    public async Task Worker_CutOffFromTheDatabase_StopsBeforeItsLeaseEndsAndAnotherMakesTheJob()
    {
        var direct = await server.NewDatabaseAsync();
        var address = new NpgsqlConnectionStringBuilder(direct);
        relay = new Relay(address.Host!, address.Port);
        address.Port = relay.Port;
        var web = Alone("Web", direct);
        var cut = Alone("Worker", address.ConnectionString);
        using var client = web.CreateClient();
        _ = cut.Server;
        await HoldAsync(cut);
        var job = await client.StartJobAsync(count: 1);
        await Nodes.UntilAsync(() => cut.Engine.AtWork == 1);

        relay.Cut();
        var other = Alone("Worker", direct);
        _ = other.Server;

        await Nodes.UntilAsync(() => cut.Engine.AtWork == 0);
        Assert.Equal("done", await StateAsync(client, job));
        relay.Mend();
        cut.Engine.Gate.Set();
        Assert.Equal("done", await StateAsync(client, await client.StartJobAsync(count: 1)));
        await Nodes.UntilAsync(() => cut.Services.GetRequiredService<Generation.Supervision.BackgroundFaults>().Ill.Count == 0);
        await ConsistentAsync(web, pictures: 2);
    }

    public async ValueTask DisposeAsync()
    {
        relay?.Mend();
        foreach (var studio in alone)
        {
            studio.Engine.Gate.Set();
            await studio.DisposeAsync();
        }

        if (nodes is not null)
        {
            await nodes.DisposeAsync();
        }

        if (relay is not null)
        {
            await relay.DisposeAsync();
        }

        await server.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client, string path)
    {
        using var answer = await client.GetAsync(path, Cancellation);
        return answer.StatusCode;
    }

    /// <summary>Holds the worker's engine at its next request. Its first one is the studio's own, which loads the model.</summary>
    private static async Task HoldAsync(Studio worker)
    {
        await Nodes.UntilAsync(() => worker.Engine is { Latest: not null, AtWork: 0 });
        worker.Engine.Gate.Reset();
    }

    /// <summary>A pooled connection that the server has closed fails at its next use, and services rest longer after each failure.</summary>
    private static async Task<T> EventuallyAsync<T>(Func<Task<T>> call)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        patience.CancelAfter(TimeSpan.FromMinutes(3));
        while (true)
        {
            try
            {
                return await call();
            }
            catch (Exception fault) when (fault is HttpRequestException || (fault is OperationCanceledException && !patience.IsCancellationRequested))
            {
                await Task.Delay(50, patience.Token);
            }
        }
    }

    private static Task<string?> StateAsync(HttpClient client, Guid job) =>
        EventuallyAsync(async () => (await client.EndOfJobAsync(job)).GetProperty("state").GetString());

    private static async Task<Guid> SubmitAsync(HttpClient client, string key)
    {
        using var answer = await client.PostJobAsync(new { kind = "generate", prompt = key, count = 1, size = 64 }, key);
        answer.EnsureSuccessStatusCode();
        return (await answer.ReadJsonAsync()).GetProperty("id").GetGuid();
    }

    private static async Task TerminateAsync(string connection)
    {
        var address = new NpgsqlConnectionStringBuilder(connection);
        var name = address.Database;
        address.Database = "postgres";
        await using var administrator = new NpgsqlConnection(address.ConnectionString);
        await administrator.OpenAsync(Cancellation);
        await using var command = new NpgsqlCommand("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", administrator) { Parameters = { new() { Value = name } } };
        await command.ExecuteNonQueryAsync(Cancellation);
    }

    private static async Task ConsistentAsync(Studio studio, int pictures)
    {
        await using var database = await EventuallyAsync(() => studio.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync(Cancellation));
        Assert.Empty(await Invariants.BrokenAsync(database, Cancellation));
        Assert.Equal(pictures, await database.Pictures.CountAsync(Cancellation));
        Assert.Equal(100 * pictures, (await database.Quotas.SingleAsync(Cancellation)).Used);
    }

    private async Task<string> StartAsync(string lease = "00:00:30")
    {
        var connection = await server.NewDatabaseAsync();
        nodes = await Nodes.StartAsync(redis: null, studio =>
        {
            studio.Settings["Database:Provider"] = "PostgreSql";
            studio.Settings["ConnectionStrings:PromptCanvas"] = connection;
            studio.Settings["Generation:Lease"] = lease;
        });
        return connection;
    }

    private Studio Alone(string role, string connection)
    {
        var studio = new Studio(folder)
        {
            Settings =
            {
                ["Studio:Roles"] = role,
                ["Generation:SharedQueue"] = "true",
                ["Generation:Lease"] = "00:00:12",
                ["Database:Provider"] = "PostgreSql",
                ["ConnectionStrings:PromptCanvas"] = connection + Impatient,
            },
        };
        studio.Engine.RunsHere = role == "Worker";
        alone.Add(studio);
        return studio;
    }
}
