using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using PromptCanvas.Cli.Bench.Pages;
using PromptCanvas.Cli.Options;
using PromptCanvas.Data;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Generation.Requests;
using PromptCanvas.Generation.Worker;

namespace PromptCanvas.Cli.Bench;

/// <summary>Several nodes on the PostgreSQL and Redis of the settings, with the real engine over networks that only take a device's time.</summary>
/// <remarks>Workers and their nodes are in this process; their database, Redis, files, claims and previews are those of separate ones.</remarks>
internal sealed class ClusterBench(BenchContext bench)
{
    private const int JobsPerWorker = 30;

    // The rate is that of the pictures between these shares: neither the start nor the last jobs, when some workers have nothing left.
    private const double FromShare = 0.1;
    private const double ToShare = 0.8;
    private const int People = 64;
    private const int PicturesEach = 4;
    private const int ClaimedJobs = 4000;
    private const int ClaimBatch = 8;
    private const int Claimers = 4;

    /// <summary>A network run of a large model on a server GPU: 30 to 60 runs make a picture of Karlo's size in two to three seconds.</summary>
    private static readonly TimeSpan StepTime = TimeSpan.FromMilliseconds(50);

    private int keys;

    /// <summary>With nodes in this process, then with the program's own processes.</summary>
    public Task<IReadOnlyList<BenchRow>> RunAsync(CancellationToken cancellationToken) => InFolderAsync(
        async (folder, token) => [.. await NodesAsync(folder, token).ConfigureAwait(false), .. await ProcessesAsync(folder, token).ConfigureAwait(false)], cancellationToken);

    /// <summary>Only what needs processes of the program.</summary>
    public Task<IReadOnlyList<BenchRow>> ProcessesAsync(CancellationToken cancellationToken) => InFolderAsync(ProcessesAsync, cancellationToken);

    /// <summary>Only the wait of the last of many people.</summary>
    public Task<IReadOnlyList<BenchRow>> FairnessAsync(CancellationToken cancellationToken) => InFolderAsync(LastOfManyAsync, cancellationToken);

    /// <summary>Only the previews between nodes.</summary>
    public Task<IReadOnlyList<BenchRow>> FramesAsync(CancellationToken cancellationToken) => InFolderAsync(new ClusterPreviewBench(bench).RunAsync, cancellationToken);

    private async Task<IReadOnlyList<BenchRow>> InFolderAsync(Func<string, CancellationToken, Task<IReadOnlyList<BenchRow>>> run, CancellationToken cancellationToken)
    {
        if (Environment.GetEnvironmentVariable("Database__Provider") != "PostgreSql" || Environment.GetEnvironmentVariable("Cluster__Redis") is not { Length: > 0 })
        {
            throw new BadInputException("The benchmark 'cluster' needs an empty database and a Redis: set Database__Provider=PostgreSql, ConnectionStrings__PromptCanvas and Cluster__Redis.");
        }

        var folder = Directory.CreateTempSubdirectory("promptcanvas-bench-");
        try
        {
            await RequireNewAsync(folder.FullName, cancellationToken).ConfigureAwait(false);
            return await run(folder.FullName, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Jobs of an earlier run, finished or not, would count in the shares and rates of this one.</summary>
    private async Task RequireNewAsync(string folder, CancellationToken cancellationToken)
    {
        var node = await ClusterNode.StartAsync(folder, "Web", bench.Model, cancellationToken).ConfigureAwait(false);
        await using (node.ConfigureAwait(false))
        {
            var database = await node.Get<IDbContextFactory<AppDbContext>>().CreateDbContextAsync(cancellationToken).ConfigureAwait(false);
            await using (database.ConfigureAwait(false))
            {
                if (await database.Jobs.AnyAsync(cancellationToken).ConfigureAwait(false))
                {
                    throw new BadInputException("The benchmark 'cluster' needs an empty database, and this one has jobs: create a new one for each run.");
                }
            }
        }
    }

    private async Task<IReadOnlyList<BenchRow>> NodesAsync(string folder, CancellationToken cancellationToken) =>
    [
        .. await WorkersAsync(folder, cancellationToken).ConfigureAwait(false),
        .. await LastOfManyAsync(folder, cancellationToken).ConfigureAwait(false),
        .. await ClaimsAsync(folder, cancellationToken).ConfigureAwait(false),
        .. await new ClusterPreviewBench(bench).RunAsync(folder, cancellationToken).ConfigureAwait(false),
    ];

    private async Task<IReadOnlyList<BenchRow>> ProcessesAsync(string folder, CancellationToken cancellationToken) =>
    [
        .. await ClickBench.RunAsync(folder, cancellationToken).ConfigureAwait(false),
        .. await new HubPreviewBench(bench).RunAsync(folder, cancellationToken).ConfigureAwait(false),
        .. await new DrainBench(bench).RunAsync(folder, cancellationToken).ConfigureAwait(false),
    ];

    /// <summary>Pictures a minute with 1, 2 and 4 workers.</summary>
    private async Task<IReadOnlyList<BenchRow>> WorkersAsync(string folder, CancellationToken cancellationToken)
    {
        var rows = new List<BenchRow>();
        foreach (var workers in new[] { 1, 2, 4 })
        {
            var nodes = await StartAsync(folder, workers, cancellationToken).ConfigureAwait(false);
            var jobs = await SubmitAsync(nodes[0], workers * JobsPerWorker, PicturesEach, cancellationToken).ConfigureAwait(false);
            var rate = await RateAsync(nodes[0], jobs, cancellationToken).ConfigureAwait(false);
            await EndAsync(nodes[0], jobs, cancellationToken).ConfigureAwait(false);
            await StopAsync(nodes).ConfigureAwait(false);
            rows.Add(new BenchRow($"pictures a minute, {workers} worker{(workers > 1 ? "s" : "")}", "1/min", rate, rate, rate, jobs.Count));
            if (workers > 1)
            {
                var ratio = rate / rows[0].Median;
                rows.Add(new BenchRow("… relative to one", "×", ratio, ratio, ratio, jobs.Count));
            }
        }

        return rows;
    }

    /// <summary>The first preview of the last of 64 people, relative to the time at which it would be their turn if all came in order.</summary>
    private async Task<IReadOnlyList<BenchRow>> LastOfManyAsync(string folder, CancellationToken cancellationToken)
    {
        var nodes = await StartAsync(folder, workers: 2, cancellationToken).ConfigureAwait(false);
        var began = Stopwatch.GetTimestamp();
        var jobs = await SubmitAsync(nodes[0], People, PicturesEach, cancellationToken).ConfigureAwait(false);
        var came = Stopwatch.GetTimestamp();
        var first = FirstPreviewAsync(nodes[0], jobs[^1], cancellationToken);
        await EndAsync(nodes[0], jobs, cancellationToken).ConfigureAwait(false);
        var submitting = Stopwatch.GetElapsedTime(began, came).TotalSeconds;
        var inOrder = (Stopwatch.GetElapsedTime(began).TotalSeconds * (People - 1) / People) - submitting;
        var seen = Stopwatch.GetElapsedTime(came, await first.ConfigureAwait(false)).TotalSeconds;
        await StopAsync(nodes).ConfigureAwait(false);
        var ratio = seen / inOrder;
        return
        [
            new BenchRow($"first preview of the last of {People} people after their submit, 2 workers", "s", seen, seen, seen, 1),
            new BenchRow("… submitting the jobs before that", "s", submitting, submitting, submitting, 1),
            new BenchRow("… if people were served in order", "s", inOrder, inOrder, inOrder, 1),
            new BenchRow("… ratio", "×", ratio, ratio, ratio, 1),
        ];
    }

    /// <summary>Claims of four workers at once, without an engine.</summary>
    private async Task<IReadOnlyList<BenchRow>> ClaimsAsync(string folder, CancellationToken cancellationToken)
    {
        var nodes = await StartAsync(folder, workers: 0, cancellationToken).ConfigureAwait(false);
        for (var claimer = 1; claimer < Claimers; claimer++)
        {
            nodes.Add(await ClusterNode.StartAsync(folder, "Web", bench.Model, cancellationToken).ConfigureAwait(false));
        }

        var database = await nodes[0].Get<IDbContextFactory<AppDbContext>>().CreateDbContextAsync(cancellationToken).ConfigureAwait(false);
        await using (database.ConfigureAwait(false))
        {
            database.Jobs.AddRange(Enumerable.Range(0, ClaimedJobs).Select(number => QueueRecords.NewJob(number, JobState.Queued, bench.Model.Name)));
            await database.SaveChangesAsync(cancellationToken).ConfigureAwait(false);
        }

        var began = Stopwatch.GetTimestamp();
        var counts = await Task.WhenAll(nodes.Select(node => Task.Run(
            async () =>
            {
                var claims = node.Get<JobClaims>();
                var claimed = 0;
                while (await claims.ClaimAsync(ClaimBatch, alone: false, cancellationToken).ConfigureAwait(false) is { Count: > 0 } taken)
                {
                    claimed += taken.Count;
                }

                return claimed;
            },
            cancellationToken))).ConfigureAwait(false);
        var rate = counts.Sum() / Stopwatch.GetElapsedTime(began).TotalSeconds;
        database = await nodes[0].Get<IDbContextFactory<AppDbContext>>().CreateDbContextAsync(cancellationToken).ConfigureAwait(false);
        await using (database.ConfigureAwait(false))
        {
            await database.Jobs.Where(job => job.PersonId == null).ExecuteDeleteAsync(cancellationToken).ConfigureAwait(false);
        }

        await StopAsync(nodes).ConfigureAwait(false);
        return [new BenchRow($"claims, {Claimers} workers at once", "1/s", rate, rate, rate, counts.Sum())];
    }

    /// <summary>A web node and workers with paced networks.</summary>
    private async Task<List<ClusterNode>> StartAsync(string folder, int workers, CancellationToken cancellationToken)
    {
        var nodes = new List<ClusterNode> { await ClusterNode.StartAsync(folder, "Web", bench.Model, cancellationToken).ConfigureAwait(false) };
        for (var worker = 0; worker < workers; worker++)
        {
            var paced = new NetworkMeter { Wrapper = network => new PacedNetwork(network, StepTime) }.Around(bench.Model);
            nodes.Add(await ClusterNode.StartAsync(folder, "Worker", paced, cancellationToken).ConfigureAwait(false));
        }

        // The first picture of each worker loads and runs the networks once.
        var warm = await SubmitAsync(nodes[0], workers * 2, 1, cancellationToken).ConfigureAwait(false);
        await EndAsync(nodes[0], warm, cancellationToken).ConfigureAwait(false);
        return nodes;
    }

    private static async Task StopAsync(List<ClusterNode> nodes)
    {
        foreach (var node in nodes.AsEnumerable().Reverse())
        {
            await node.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Submits jobs of as many people.</summary>
    private async Task<List<Guid>> SubmitAsync(ClusterNode node, int count, int pictures, CancellationToken cancellationToken)
    {
        var submissions = node.Get<ISubmissions>();
        var jobs = new List<Guid>();
        for (var number = 0; number < count; number++)
        {
            var job = new NewJob { IdempotencyKey = $"cluster {keys++}", PersonId = Guid.NewGuid(), Prompt = "a red cube", Count = pictures, Size = bench.Model.Recipe.Sizes[0] };
            jobs.Add((await submissions.SubmitAsync(job, cancellationToken).ConfigureAwait(false)).TryGet(out var id, out var refusal)
                ? id
                : throw new InvalidOperationException(refusal.Message));
        }

        return jobs;
    }

    /// <returns>Finished pictures a minute while all workers have work.</returns>
    private static async Task<double> RateAsync(ClusterNode node, List<Guid> jobs, CancellationToken cancellationToken)
    {
        var (first, at) = await ReachedAsync(FromShare).ConfigureAwait(false);
        var (last, end) = await ReachedAsync(ToShare).ConfigureAwait(false);
        return (last - first) / Stopwatch.GetElapsedTime(at, end).TotalMinutes;

        async Task<(int Pictures, long At)> ReachedAsync(double share)
        {
            while (true)
            {
                var database = await node.Get<IDbContextFactory<AppDbContext>>().CreateDbContextAsync(cancellationToken).ConfigureAwait(false);
                await using (database.ConfigureAwait(false))
                {
                    var pictures = await database.Jobs.Where(job => jobs.Contains(job.Id)).SumAsync(job => job.CompletedImages, cancellationToken).ConfigureAwait(false);
                    if (pictures >= share * jobs.Count * PicturesEach)
                    {
                        return (pictures, Stopwatch.GetTimestamp());
                    }
                }

                await Task.Delay(TimeSpan.FromMilliseconds(100), cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private static async Task EndAsync(ClusterNode node, List<Guid> jobs, CancellationToken cancellationToken)
    {
        var databases = node.Get<IDbContextFactory<AppDbContext>>();
        while (true)
        {
            var database = await databases.CreateDbContextAsync(cancellationToken).ConfigureAwait(false);
            await using (database.ConfigureAwait(false))
            {
                if (!await database.Jobs.AnyAsync(job => jobs.Contains(job.Id) && (job.State == JobState.Queued || job.State == JobState.Running), cancellationToken).ConfigureAwait(false))
                {
                    var unfinished = await database.Jobs.CountAsync(job => jobs.Contains(job.Id) && job.CompletedImages < job.Count, cancellationToken).ConfigureAwait(false);
                    if (unfinished > 0)
                    {
                        throw new InvalidOperationException($"{unfinished} jobs of the benchmark failed.");
                    }

                    return;
                }
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <returns>The timestamp of the first preview with a picture.</returns>
    private static async Task<long> FirstPreviewAsync(ClusterNode node, Guid job, CancellationToken cancellationToken)
    {
        await foreach (var frame in node.Get<Generation.Previews.IPreviewBus>().WatchAsync(job, cancellationToken).ConfigureAwait(false))
        {
            if (!frame.Bytes.IsEmpty)
            {
                return Stopwatch.GetTimestamp();
            }
        }

        throw new InvalidOperationException("The job ended without a preview.");
    }
}
