using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using PromptCanvas.Data;
using PromptCanvas.Migrations;
using PromptCanvas.Web.Tests.Fakes;
using PromptCanvas.Web.Tests.Faults;

namespace PromptCanvas.Web.Tests.Cluster;

/// <summary>Two processes of the real program with the shipped model behind HAProxy. Both are replaced, one after another, by processes of a later build whose
/// schema is newer, while clients submit and read.</summary>
public sealed class RollingUpgradeTests(PostgresServer postgres) : IAsyncDisposable
{
    private const string LaterMigration = "99990101000000_Later";

    private static readonly string[] Names = ["a", "b"];
    private static readonly TimeSpan BetweenSubmits = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan BetweenReads = TimeSpan.FromMilliseconds(50);

    private readonly string folder = Directory.CreateTempSubdirectory("promptcanvas-rolling-").FullName;
    private readonly Dictionary<string, StudioProcess> nodes = [];
    private readonly Dictionary<string, int> ports = [];
    private readonly List<Guid> jobs = [];
    private string connection = "";
    private string key = "";
    private Balancer? balancer;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task BothNodes_ReplacedOneAfterAnother_NoRequestFailsAndNoJobIsLost()
    {
        Assert.SkipUnless(Directory.Exists(StudioProcess.Starter), "This checkout has no models/starter yet.");
        connection = await postgres.NewDatabaseAsync();
        await using (var studio = new Studio(folder) { Settings = { ["Database:Provider"] = "PostgreSql", ["ConnectionStrings:PromptCanvas"] = connection } })
        {
            key = studio.Administrator.Key;
        }

        foreach (var name in Names)
        {
            ports[name] = StudioProcess.FreePort();
            nodes[name] = await StartAsync(name, isLater: false);
        }

        balancer = await Balancer.StartAsync(StudioProcess.FreePort(), [.. Names.Select(name => nodes[name].Address.Authority)]);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        Task[] clients =
        [
            UseAsync(SubmitAsync, BetweenSubmits, keepsCookies: false, over.Token), UseAsync(SubmitAsync, BetweenSubmits, keepsCookies: true, over.Token),
            UseAsync(ReadAsync, BetweenReads, keepsCookies: false, over.Token), UseAsync(ReadAsync, BetweenReads, keepsCookies: true, over.Token),
        ];
        foreach (var name in Names)
        {
            await ReplaceAsync(name);
            Assert.All(clients, client => Assert.False(client.IsCompleted, $"{client.Exception}"));
        }

        await over.CancelAsync();
        await Task.WhenAll(clients);
        using var last = Client(keepsCookies: false);
        foreach (var job in jobs)
        {
            Assert.Equal("done", (await last.EndOfJobAsync(job)).GetProperty("state").GetString());
        }

        await using var services = new ServiceCollection().AddLogging().AddAppDatabase(_ => new DatabaseChoice(DatabaseProvider.PostgreSql, connection, "")).BuildServiceProvider();
        await using var database = await services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync(Cancellation);
        Assert.Contains(LaterMigration, await database.Database.GetAppliedMigrationsAsync(Cancellation));
        Assert.Equal(jobs.Order(), await database.Pictures.Select(picture => picture.JobId).Order().ToListAsync(Cancellation));
        Assert.Equal(0, await database.Jobs.SumAsync(job => job.CrashCount, Cancellation));
        Assert.Empty(await Invariants.BrokenAsync(database, Cancellation));
    }

    public async ValueTask DisposeAsync()
    {
        if (balancer is not null)
        {
            await balancer.DisposeAsync();
        }

        foreach (var node in nodes.Values)
        {
            await node.DisposeAsync();
        }

        Directory.Delete(folder, recursive: true);
    }

    private async Task ReplaceAsync(string name)
    {
        nodes[name].Terminate();
        Assert.Equal(0, await nodes[name].ExitAsync());
        await nodes[name].DisposeAsync();
        nodes[name] = await StartAsync(name, isLater: true);
        await balancer!.UntilAsync(name);
    }

    private Task<StudioProcess> StartAsync(string name, bool isLater)
    {
        var settings = new Dictionary<string, string?>
        {
            ["Studio:Node"] = name,
            ["Generation:SharedQueue"] = "true",
            ["Database:Provider"] = "PostgreSql",
            ["ConnectionStrings:PromptCanvas"] = connection,
            ["TrustedProxies"] = "127.0.0.1",
            ["Quotas:DefaultCredits"] = "100000",
            ["Quotas:MaximumQueued"] = "100000",
            ["RateLimits:WritesPerMinute"] = "100000",
            ["RateLimits:ReadsPerMinute"] = "100000",
        };
        return StudioProcess.StartAsync(folder, key, settings, isLater ? LaterBuildHook.Environment : null, ports[name]);
    }

    /// <summary>Calls until the test ends it; a call that fails ends it earlier.</summary>
    private async Task UseAsync(Func<HttpClient, Task> call, TimeSpan rest, bool keepsCookies, CancellationToken over)
    {
        using var client = Client(keepsCookies);
        while (!over.IsCancellationRequested)
        {
            await call(client);
            await Task.Delay(rest, over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        }
    }

    private async Task SubmitAsync(HttpClient client)
    {
        var job = await client.StartJobAsync(count: 1);
        lock (jobs)
        {
            jobs.Add(job);
        }
    }

    private async Task ReadAsync(HttpClient client)
    {
        foreach (var path in (string[])["/api/jobs", "/sign-in", "/v1/models"])
        {
            using var answer = await client.GetAsync(path, Cancellation);
            Assert.Equal((path, HttpStatusCode.OK), (path, answer.StatusCode));
        }
    }

    private HttpClient Client(bool keepsCookies) => new(new SocketsHttpHandler { UseCookies = keepsCookies })
    {
        BaseAddress = balancer!.Address,
        DefaultRequestHeaders = { Authorization = new("Bearer", key) },
    };
}
