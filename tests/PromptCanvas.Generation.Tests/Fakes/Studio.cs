using System.Threading.Channels;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using PromptCanvas.Data;
using PromptCanvas.Data.Access;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Data.People;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Generation.Requests;
using PromptCanvas.Generation.Storage;
using PromptCanvas.Migrations;

namespace PromptCanvas.Generation.Tests.Fakes;

/// <summary>A whole studio without the web layer: real files, real SQLite, a fake engine and a fake clock.</summary>
internal sealed class Studio : IAsyncDisposable
{
    /// <summary>A person without pictures.</summary>
    public static readonly Actor Somebody = new(new Guid("5c6f7f0e-7d0f-4a9e-9d59-6f2f3ab1d001"), PersonRoles.Member);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ServiceProvider services;
    private bool started;

    public Studio(string folder, TimeProvider? clock = null, Action<IServiceCollection>? change = null, Dictionary<string, string?>? settings = null)
    {
        // A configuration as of a host, so that stored settings are a part of it; those of the test override them like the environment.
        var configuration = new ConfigurationManager();
        configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Data:Folder"] = folder,
            ["Data:ReserveMegabytes"] = "0",
            ["Generation:StoragePause"] = "00:00:01",
            ["Generation:ForecastInterval"] = "00:00:00",
        });
        configuration.AddInMemoryCollection(settings ?? []);
        Engines = new FakeEngines(Engine);
        var collection = new ServiceCollection()
            .AddLogging(logging => logging.AddProvider(Log))
            .AddSingleton<IConfiguration>(configuration)
            .AddSingleton(clock ?? Clock)
            .AddSingleton<IEngineProvider>(Engines)
            .AddGeneration(configuration, folder)
            .AddAppDatabase(GenerationRegistration.ChooseDatabase);
        change?.Invoke(collection);
        services = collection.BuildServiceProvider();
    }

    public FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 11, 23, 12, 0, 0, TimeSpan.Zero));

    public FakeEngine Engine { get; } = new();

    public RecordedLog Log { get; } = new();

    public FakeEngines Engines { get; }

    public DataFolder Folder => Get<DataFolder>();

    public IJobQueries Queries => Get<IJobQueries>();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public T Get<T>()
        where T : notnull => services.GetRequiredService<T>();

    public async Task<Studio> PrepareAsync()
    {
        await services.PrepareGenerationAsync(Cancellation);
        return this;
    }

    public async Task<Studio> StartAsync()
    {
        await PrepareAsync();
        started = true;
        foreach (var service in services.GetServices<IHostedService>())
        {
            await service.StartAsync(Cancellation);
        }

        foreach (var service in services.GetServices<IHostedService>().OfType<IHostedLifecycleService>())
        {
            await service.StartedAsync(Cancellation);
        }

        return this;
    }

    public async Task StopAsync()
    {
        if (started)
        {
            started = false;
            foreach (var service in services.GetServices<IHostedService>())
            {
                await service.StopAsync(Cancellation);
            }
        }
    }

    /// <summary>Simulates a process crash: releases the lock and leaves the rows unchanged.</summary>
    public void ReleaseFolderLock() => Get<DataFolderLock>().Dispose();

    public AppDbContext OpenDatabase() => Get<IDbContextFactory<AppDbContext>>().CreateDbContext();

    public Task<Result<Guid>> TrySubmitAsync(NewJob job) => Get<ISubmissions>().SubmitAsync(job, Cancellation);

    public async Task<Guid> SubmitAsync(NewJob job)
    {
        var result = await TrySubmitAsync(job);
        Assert.True(result.TryGet(out var id, out var refusal), refusal?.Message);
        return id;
    }

    public async Task<JobView> CancelAsync(Guid jobId)
    {
        var result = await Get<ICancellations>().CancelAbandonedAsync(jobId, Cancellation);
        Assert.True(result.TryGet(out var view, out var refusal), refusal?.Message);
        return view;
    }

    public async Task<JobView> FindAsync(Guid jobId) => Assert.IsType<JobView>(await Queries.FindAsync(jobId, Cancellation));

    public Task<QuotaView> QuotaAsync(Guid personId, string? role = null) => Get<ICredits>().GetAsync(personId, role, Cancellation);

    /// <summary>Fails if any consistency rule is broken.</summary>
    public async Task ConsistentAsync()
    {
        await using var database = OpenDatabase();
        Assert.Empty(await Invariants.BrokenAsync(database, Cancellation));
    }

    public Task<JobView> WaitAsync(Guid jobId, JobState state) => WaitAsync(jobId, job => job.State == state);

    /// <summary>Waits until the job matches; checks again after each change.</summary>
    public async Task<JobView> WaitAsync(Guid jobId, Func<JobView, bool> expected)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        patience.CancelAfter(Patience);
        var changes = Channel.CreateUnbounded<JobChanged>();
        using var subscription = Get<IJobFeed>().Subscribe(jobId, change => changes.Writer.TryWrite(change));
        while (true)
        {
            var job = await FindAsync(jobId);
            if (expected(job))
            {
                return job;
            }

            await changes.Reader.ReadAsync(patience.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await services.DisposeAsync();
    }
}

internal static class TestRequests
{
    public static NewJob FoxOf(Guid personId, string key = "key", int count = 2) => Fox(key, count) with { PersonId = personId };

    public static NewJob Fox(string key = "key", int count = 2) => new()
    {
        IdempotencyKey = key,
        Prompt = "a fox 🦊 in the snow",
        Count = count,
        Size = 64,
        Seed = 7,
    };
}

/// <summary>Blocks the engine at a point until the test opens the gate.</summary>
internal sealed class Gate
{
    private readonly TaskCompletionSource reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource opened = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Reached => reached.Task.WaitAsync(TimeSpan.FromSeconds(60));

    public void Open() => opened.TrySetResult();

    public Task PassAsync(CancellationToken cancellationToken)
    {
        reached.TrySetResult();
        return opened.Task.WaitAsync(cancellationToken);
    }
}
