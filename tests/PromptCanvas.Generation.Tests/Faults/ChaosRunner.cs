using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using PromptCanvas.Data;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Migrations;

namespace PromptCanvas.Generation.Tests.Faults;

/// <summary>A data folder and database on which studios run, one after another or concurrently, with access to their state.</summary>
internal sealed class ChaosRunner : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(180);
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LockPatience = TimeSpan.FromSeconds(2);

    private readonly TemporaryFolder folder = new();
    private readonly Dictionary<string, string?> settings;
    private readonly ServiceProvider services;

    public ChaosRunner(DatabaseProvider provider, Dictionary<string, string?> settings)
    {
        // A job passes many failpoints here; crash limits have their own tests.
        this.settings = new Dictionary<string, string?> { ["Generation:MaximumCrashes"] = "10", ["Generation:CrashBudget"] = "0" };
        foreach (var (key, value) in settings)
        {
            this.settings[key] = value;
        }

        Database = new DatabaseChoice(provider, settings.GetValueOrDefault("ConnectionStrings:PromptCanvas"), folder.File("promptcanvas.db"));
        services = new ServiceCollection().AddAppDatabase(_ => Database).BuildServiceProvider();
    }

    public Guid Person { get; } = Guid.NewGuid();

    public DatabaseChoice Database { get; }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public Task<ChaosProcess> StartAsync(string? failpoints = null) => StartAsync(ChaosProcess.Begin(folder.Path, settings, failpoints));

    /// <summary>The same with one more setting.</summary>
    public Task<ChaosProcess> StartWithAsync(string name, string value) => StartAsync(BeginWith(name, value));

    /// <summary>Starts a studio that may never be ready.</summary>
    public ChaosProcess BeginWith(string name, string value) => ChaosProcess.Begin(folder.Path, new Dictionary<string, string?>(settings) { [name] = value });

    private async Task<ChaosProcess> StartAsync(ChaosProcess chaos)
    {
        await chaos.StartedAsync();
        if (chaos.IsReady)
        {
            // Warm up: a test's first query takes seconds on a busy machine, and a job could start and end unseen in that time.
            await UntilAsync(async database => await database.Jobs.CountAsync(Cancellation) >= 0);
        }

        return chaos;
    }

    /// <summary>A file in the studios' data folder.</summary>
    public string FileOf(string name) => folder.File(name);

    public AppDbContext OpenDatabase() => services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContext();

    public async Task<Job> JobAsync(string key)
    {
        await using var database = OpenDatabase();
        return await database.Jobs.AsNoTracking().Include(job => job.Images).SingleAsync(job => job.IdempotencyKey == key, Cancellation);
    }

    /// <summary>Waits until no job is queued or running.</summary>
    public Task DrainedAsync() => UntilAsync(async database =>
        !await database.Jobs.AnyAsync(job => job.State == JobState.Queued || job.State == JobState.Running, Cancellation));

    /// <summary>Polls the database until it is as expected.</summary>
    public async Task UntilAsync(Func<AppDbContext, Task<bool>> expected)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        patience.CancelAfter(Patience);
        while (true)
        {
            await using (var database = OpenDatabase())
            {
                if (await expected(database))
                {
                    return;
                }
            }

            await Task.Delay(LookInterval, patience.Token);
        }
    }

    /// <summary>Stops a process outside of its transactions: a stopped process keeps their locks, and nobody else could go on.</summary>
    public async Task StopAsync(ChaosProcess process)
    {
        process.Stop();
        while (!await CanWriteAsync())
        {
            process.Continue();
            await Task.Delay(LookInterval, Cancellation);
            process.Stop();
        }
    }

    /// <summary>Checks all consistency rules, and that every picture's file exists and matches its hash.</summary>
    public async Task ConsistentAsync()
    {
        await using var database = OpenDatabase();
        Assert.Empty(await Invariants.BrokenAsync(database, Cancellation));
        var images = Path.Combine(folder.Path, "images");
        foreach (var image in await database.Pictures.AsNoTracking().ToListAsync(Cancellation))
        {
            var file = Path.Combine(images, image.ContentHash[..2], image.ContentHash[2..4], image.ContentHash + ".png");
            Assert.Equal(image.ContentHash, Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(await File.ReadAllBytesAsync(file, Cancellation))));
        }

        if (database.Database.ProviderName!.Contains("Sqlite", StringComparison.Ordinal))
        {
            Assert.Equal("ok", (await database.Database.SqlQueryRaw<string>("PRAGMA integrity_check").ToListAsync(Cancellation))[0]);
        }
    }

    private async Task<bool> CanWriteAsync()
    {
        await using var database = OpenDatabase();
        database.Database.SetCommandTimeout(LockPatience);
        try
        {
            await using var transaction = await database.Database.BeginTransactionAsync(Cancellation);
            await database.Jobs.ExecuteUpdateAsync(jobs => jobs.SetProperty(job => job.Attempt, job => job.Attempt), Cancellation);
            return true;
        }
        catch (Exception fault) when (fault is DbException or InvalidOperationException { InnerException: DbException })
        {
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await services.DisposeAsync();
        folder.Dispose();
    }
}
