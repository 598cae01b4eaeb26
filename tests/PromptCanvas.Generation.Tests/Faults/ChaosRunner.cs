using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using PromptCanvas.Data;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Migrations;

namespace PromptCanvas.Generation.Tests.Faults;

/// <summary>A folder and a database that studios are started on one after the other, or side by side; and what they left there.</summary>
internal sealed class ChaosRunner : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(180);
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(100);

    private readonly TemporaryFolder folder = new();
    private readonly Dictionary<string, string?> settings;
    private readonly ServiceProvider services;

    public ChaosRunner(DatabaseProvider provider, Dictionary<string, string?> settings)
    {
        // A job meets many failpoints here; the limits of crashes have tests of their own.
        this.settings = new Dictionary<string, string?> { ["Generation:MaximumCrashes"] = "10", ["Generation:CrashBudget"] = "0" };
        foreach (var (key, value) in settings)
        {
            this.settings[key] = value;
        }

        var connection = settings.GetValueOrDefault("ConnectionStrings:PromptCanvas");
        services = new ServiceCollection().AddAppDatabase(_ => new DatabaseChoice(provider, connection, folder.File("promptcanvas.db"))).BuildServiceProvider();
    }

    public Guid Person { get; } = Guid.NewGuid();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async Task<ChaosProcess> StartAsync(string? failpoints = null)
    {
        var chaos = await ChaosProcess.StartAsync(folder.Path, settings, failpoints);
        if (!chaos.HasExited)
        {
            // The first look of a test takes seconds on a busy machine: in that time a job would come and go unseen.
            await UntilAsync(async database => await database.Jobs.CountAsync(Cancellation) >= 0);
        }

        return chaos;
    }

    /// <summary>A file in the folder that its studios work in.</summary>
    public string FileOf(string name) => folder.File(name);

    public AppDbContext OpenDatabase() => services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContext();

    public async Task<Job> JobAsync(string key)
    {
        await using var database = OpenDatabase();
        return await database.Jobs.AsNoTracking().Include(job => job.Images).SingleAsync(job => job.IdempotencyKey == key, Cancellation);
    }

    /// <summary>Until nothing waits or runs.</summary>
    public Task DrainedAsync() => UntilAsync(async database =>
        !await database.Jobs.AnyAsync(job => job.State == JobStates.Queued || job.State == JobStates.Running, Cancellation));

    /// <summary>Looks at what another process writes until it is as expected.</summary>
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

    /// <summary>Every rule holds, and every picture's file is there and is what its name says.</summary>
    public async Task ConsistentAsync()
    {
        await using var database = OpenDatabase();
        Assert.Empty(await Invariants.BrokenAsync(database, Cancellation));
        var images = Path.Combine(folder.Path, "images");
        foreach (var image in await database.Images.AsNoTracking().ToListAsync(Cancellation))
        {
            var file = Path.Combine(images, image.ContentHash[..2], image.ContentHash[2..4], image.ContentHash + ".png");
            Assert.Equal(image.ContentHash, Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(await File.ReadAllBytesAsync(file, Cancellation))));
        }

        if (database.Database.ProviderName!.Contains("Sqlite", StringComparison.Ordinal))
        {
            Assert.Equal("ok", (await database.Database.SqlQueryRaw<string>("PRAGMA integrity_check").ToListAsync(Cancellation))[0]);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await services.DisposeAsync();
        folder.Dispose();
    }
}
