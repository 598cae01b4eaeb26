using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using PromptCanvas.Data;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Generation;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Generation.Requests;
using PromptCanvas.Generation.Worker;
using PromptCanvas.Migrations;

namespace PromptCanvas.Cli.Bench;

/// <summary>The queue's speed without a model: submit, claim, positions, gallery; on the configured database, in a separate folder.</summary>
internal static class QueueBench
{
    private const int Submits = 400;
    private const int Submitters = 4;
    private const int Batch = 8;
    private const int LongQueue = 10_000;
    private const int DeepQueue = 100_000;
    private const int WrittenAtOnce = 5_000;
    private const int DeepClaims = 50;
    private const int Snapshots = 10;
    private const int Commits = 100;

    public static async Task<IReadOnlyList<BenchRow>> RunAsync(CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("promptcanvas-bench-");
        try
        {
            var configuration = new ConfigurationBuilder().AddEnvironmentVariables().AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["Data:Folder"] = folder.FullName,
                ["Quotas:DefaultCredits"] = "1000000",
                ["Quotas:MaximumQueued"] = "100000",
                ["Generation:ForecastInterval"] = "00:00:00",
            }).Build();
            var services = new ServiceCollection().AddLogging().AddSingleton<IConfiguration>(configuration).AddSingleton<IEngineProvider>(new NoEngine())
                .AddGeneration(configuration, folder.FullName).AddAppDatabase(GenerationRegistration.ChooseDatabase).BuildServiceProvider();
            await using (services.ConfigureAwait(false))
            {
                await services.PrepareGenerationAsync(cancellationToken).ConfigureAwait(false);
                var rows = new List<BenchRow>();
                rows.Add(await CommitsAsync(services, cancellationToken).ConfigureAwait(false));
                rows.AddRange(await SubmitAsync(services, cancellationToken).ConfigureAwait(false));
                rows.AddRange(await ClaimAsync(services, cancellationToken).ConfigureAwait(false));
                rows.Add(await PositionsAsync(services, cancellationToken).ConfigureAwait(false));
                rows.AddRange(await GalleryBench.PagesAsync(services, LongQueue, cancellationToken).ConfigureAwait(false));
                rows.AddRange(await GalleryBench.DepthAsync(services, DeepQueue + (2 * GalleryBench.Pictures), cancellationToken).ConfigureAwait(false));
                rows.AddRange(await DeepClaimAsync(services, cancellationToken).ConfigureAwait(false));
                return rows;
            }
        }
        finally
        {
            SqliteCopies.Release();
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Transactions of one row each: the disk's upper bound.</summary>
    private static async Task<BenchRow> CommitsAsync(ServiceProvider services, CancellationToken cancellationToken)
    {
        var times = new List<double>();
        var databases = services.GetRequiredService<IDbContextFactory<AppDbContext>>();
        for (var commit = 0; commit < Commits; commit++)
        {
            var database = await databases.CreateDbContextAsync(cancellationToken).ConfigureAwait(false);
            await using (database.ConfigureAwait(false))
            {
                times.Add(await QueueTimes.TimeAsync(() => database.RoleCredits.Where(row => row.Role == "bench").ExecuteDeleteAsync(cancellationToken)).ConfigureAwait(false));
            }
        }

        return BenchRow.Of("one empty durable transaction", "ms", times);
    }

    private static async Task<IEnumerable<BenchRow>> SubmitAsync(ServiceProvider services, CancellationToken cancellationToken)
    {
        var submissions = services.GetRequiredService<ISubmissions>();
        var people = Enumerable.Range(0, Submitters).Select(_ => Guid.NewGuid()).ToArray();
        await SubmitAsync(submissions, people[0], "warm", cancellationToken).ConfigureAwait(false);
        var processor = Environment.CpuUsage.TotalTime;
        var began = Stopwatch.GetTimestamp();
        var times = await Task.WhenAll(people.Select(person => Task.Run(
            async () =>
            {
                var own = new List<double>();
                for (var number = 0; number < Submits / Submitters; number++)
                {
                    own.Add(await QueueTimes.TimeAsync(() => SubmitAsync(submissions, person, $"{number}", cancellationToken)).ConfigureAwait(false));
                }

                return own;
            },
            cancellationToken))).ConfigureAwait(false);
        var rate = Submits / Stopwatch.GetElapsedTime(began).TotalSeconds;
        return QueueTimes.Rows("submit (charge, job, ledger), 4 people at once", [.. times.SelectMany(own => own)], rate, Environment.CpuUsage.TotalTime - processor);
    }

    private static async Task<IEnumerable<BenchRow>> ClaimAsync(ServiceProvider services, CancellationToken cancellationToken)
    {
        var claims = services.GetRequiredService<JobClaims>();
        var progress = services.GetRequiredService<JobProgress>();
        var times = new List<double>();
        var claimed = 0;
        var claiming = 0.0;
        var processor = TimeSpan.Zero;
        while (true)
        {
            IReadOnlyList<ClaimedJob> jobs = [];
            var before = Environment.CpuUsage.TotalTime;
            var milliseconds = await QueueTimes.TimeAsync(async () => jobs = await claims.ClaimAsync(Batch, alone: true, cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
            if (jobs.Count == 0)
            {
                return QueueTimes.Rows("claim of a batch of 8", times, claimed / (claiming / 1000), processor);
            }

            processor += Environment.CpuUsage.TotalTime - before;
            times.Add(milliseconds);
            claimed += jobs.Count;
            claiming += milliseconds;
            foreach (var job in jobs)
            {
                await progress.EndAsync(job, "This benchmark makes no pictures.", cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private static async Task<BenchRow> PositionsAsync(ServiceProvider services, CancellationToken cancellationToken)
    {
        var database = await services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync(cancellationToken).ConfigureAwait(false);
        await using (database.ConfigureAwait(false))
        {
            database.Jobs.AddRange(Enumerable.Range(0, LongQueue).Select(number => QueueRecords.NewJob(number, JobState.Queued)));
            await database.SaveChangesAsync(cancellationToken).ConfigureAwait(false);
        }

        var forecast = services.GetRequiredService<QueueForecast>();
        var times = new List<double>();
        for (var look = 0; look <= Snapshots; look++)
        {
            times.Add(await QueueTimes.TimeAsync(() => forecast.SnapshotAsync(cancellationToken)).ConfigureAwait(false));
        }

        return BenchRow.Of("positions and times of 10,000 waiting jobs", "ms", times.GetRange(1, Snapshots));
    }

    /// <summary>The same claims on a short and on a long queue: the cost of the queue's length.</summary>
    private static async Task<IEnumerable<BenchRow>> DeepClaimAsync(ServiceProvider services, CancellationToken cancellationToken)
    {
        var claims = services.GetRequiredService<JobClaims>();
        var progress = services.GetRequiredService<JobProgress>();
        var shallow = await ClaimsAsync(claims, progress, cancellationToken).ConfigureAwait(false);
        for (var number = LongQueue + GalleryBench.Pictures; number < DeepQueue + GalleryBench.Pictures; number += WrittenAtOnce)
        {
            var database = await services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync(cancellationToken).ConfigureAwait(false);
            await using (database.ConfigureAwait(false))
            {
                database.Jobs.AddRange(Enumerable.Range(number, WrittenAtOnce).Select(one => QueueRecords.NewJob(one, JobState.Queued)));
                await database.SaveChangesAsync(cancellationToken).ConfigureAwait(false);
            }
        }

        var deep = await ClaimsAsync(claims, progress, cancellationToken).ConfigureAwait(false);
        var ratio = deep.Median / shallow.Median;
        return
        [
            shallow,
            deep with { Name = "… with 100,000 waiting" },
            new BenchRow("… relative to 10,000", "×", ratio, ratio, ratio, DeepClaims),
        ];
    }

    private static async Task<BenchRow> ClaimsAsync(JobClaims claims, JobProgress progress, CancellationToken cancellationToken)
    {
        var times = new List<double>();
        for (var claim = 0; claim < DeepClaims; claim++)
        {
            IReadOnlyList<ClaimedJob> jobs = [];
            times.Add(await QueueTimes.TimeAsync(async () => jobs = await claims.ClaimAsync(Batch, alone: true, cancellationToken).ConfigureAwait(false)).ConfigureAwait(false));
            foreach (var job in jobs)
            {
                await progress.HandBackAsync(job, TimeSpan.Zero, cancellationToken).ConfigureAwait(false);
            }
        }

        return BenchRow.Of("claim of a batch of 8 with 10,000 waiting", "ms", times);
    }

    private static async Task SubmitAsync(ISubmissions submissions, Guid person, string key, CancellationToken cancellationToken)
    {
        var job = new NewJob { IdempotencyKey = key, PersonId = person, Prompt = "a fox in the snow", Count = 4, Size = 64 };
        if (!(await submissions.SubmitAsync(job, cancellationToken).ConfigureAwait(false)).TryGet(out _, out var refusal))
        {
            throw new InvalidOperationException(refusal.Message);
        }
    }
}
