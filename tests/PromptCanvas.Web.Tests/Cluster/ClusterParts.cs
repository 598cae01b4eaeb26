using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using PromptCanvas.Data;
using PromptCanvas.Data.People;
using PromptCanvas.Migrations;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Cluster;

/// <summary>A PostgreSQL, a Redis and a bucket of a test's own, and a <see cref="StudioCluster"/> on them.</summary>
internal sealed class ClusterParts : IAsyncDisposable
{
    private const string Bucket = "pictures";

    private readonly string folder = Directory.CreateTempSubdirectory("promptcanvas-many-").FullName;
    private readonly List<SomebodyInTest> members = [];
    private RedisServer? redis;
    private S3Server? store;
    private StudioCluster? cluster;
    private SomebodyInTest? administrator;
    private ServiceProvider? services;

    public static TimeSpan Lease { get; } = TimeSpan.FromSeconds(6);

    public PostgresServer Postgres { get; } = new();

    public RedisServer Redis => redis!;

    public StudioCluster Cluster => cluster!;

    public SomebodyInTest Administrator => administrator!;

    /// <summary>Two people.</summary>
    public IList<SomebodyInTest> Members => members;

    /// <summary>Starts everything; skips the test if a part is not installed.</summary>
    /// <param name="environmentOf">What a process gets besides, by its name; null = nothing.</param>
    public async Task StartAsync(int workers, Func<string, IReadOnlyDictionary<string, string>>? environmentOf = null)
    {
        var database = new Dictionary<string, string?>
        {
            ["Database:Provider"] = "PostgreSql",
            ["ConnectionStrings:PromptCanvas"] = await Postgres.NewDatabaseAsync(),
        };
        redis = await RedisServer.StartAsync();
        store = await S3Server.StartAsync();
        await store.CreateAsync(Bucket);
        await PrepareAsync(database);
        cluster = new StudioCluster(folder, Administrator.Key, new Dictionary<string, string?>(database)
        {
            ["Generation:Lease"] = Lease.ToString(),
            ["Cluster:Redis"] = redis.Address,
            ["Storage:Provider"] = "S3",
            ["Storage:S3:Endpoint"] = store.Address,
            ["Storage:S3:Bucket"] = Bucket,
            ["Storage:S3:AccessKey"] = S3Server.Key,
            ["Storage:S3:SecretKey"] = S3Server.Secret,
        })
        {
            EnvironmentOf = environmentOf,
        };
        services = new ServiceCollection().AddLogging()
            .AddAppDatabase(_ => new DatabaseChoice(DatabaseProvider.PostgreSql, database["ConnectionStrings:PromptCanvas"]!, "")).BuildServiceProvider();
        await cluster.StartAsync(workers);
    }

    /// <summary>Checks every rule of the queue, the ledger and the pictures.</summary>
    public async Task ConsistentAsync()
    {
        await using var database = await OpenAsync();
        Assert.Empty(await Invariants.BrokenAsync(database, TestContext.Current.CancellationToken));
    }

    public Task<AppDbContext> OpenAsync()
    {
        // A pooled connection from before a restart would fail.
        NpgsqlConnection.ClearAllPools();
        return services!.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var part in (IAsyncDisposable?[])[cluster, services, redis, store, Postgres])
        {
            if (part is not null)
            {
                await part.DisposeAsync();
            }
        }

        Directory.Delete(folder, recursive: true);
    }

    // The people, by a studio that is gone before the others start.
    private async Task PrepareAsync(Dictionary<string, string?> database)
    {
        await using var studio = new Studio(Path.Combine(folder, "first")) { Settings = { ["Studio:Roles"] = "Web", ["Generation:SharedQueue"] = "true" } };
        foreach (var (name, value) in database)
        {
            studio.Settings[name] = value;
        }

        administrator = studio.Administrator;
        members.AddRange([await studio.PersonAsync("one@example.com", PersonRoles.Member), await studio.PersonAsync("other@example.com", PersonRoles.Member)]);
    }
}
