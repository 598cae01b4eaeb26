using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Generation.Previews;

namespace PromptCanvas.Cli.Bench;

/// <summary>Previews of many jobs from one worker through Redis to three web nodes.</summary>
internal sealed class ClusterPreviewBench(BenchContext bench)
{
    private const int Jobs = 50;
    private const int FramesPerSecond = 10;
    private const int WebNodes = 3;

    // A 256² WebP preview of the starter has 6 to 10 KB.
    private const int FrameBytes = 8192;

    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(10);

    /// <summary>The jobs and their frames, in words.</summary>
    public static string Load { get; } = $"{Jobs} jobs, {FramesPerSecond} a second";

    public async Task<IReadOnlyList<BenchRow>> RunAsync(string folder, CancellationToken cancellationToken)
    {
        var worker = await ClusterNode.StartAsync(folder, "Web", bench.Model, cancellationToken).ConfigureAwait(false);
        var nodes = new List<ClusterNode>();
        for (var node = 0; node < WebNodes; node++)
        {
            nodes.Add(await ClusterNode.StartAsync(folder, "Web", bench.Model, cancellationToken).ConfigureAwait(false));
        }

        var jobs = await AddJobsAsync(worker, person: null, cancellationToken).ConfigureAwait(false);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var delays = new ConcurrentBag<double>();
        var watchers = nodes.SelectMany(node => jobs.Select(job => WatchAsync(node, job, delays, over.Token))).ToList();
        var bus = worker.Get<PreviewBus>();
        jobs.ForEach(job => bus.Start(job, 1));
        while (!jobs.TrueForAll(bus.HasWatchers))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), cancellationToken).ConfigureAwait(false);
        }

        var redis = await RedisProcessor.OpenAsync().ConfigureAwait(false);
        await using (redis.ConfigureAwait(false))
        {
            var before = await redis.SecondsAsync().ConfigureAwait(false);
            var publishing = await PublishAsync(bus, jobs, cancellationToken).ConfigureAwait(false);
            var core = (await redis.SecondsAsync().ConfigureAwait(false) - before) / Duration.TotalSeconds;
            await over.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(watchers).ConfigureAwait(false);
            foreach (var node in nodes.Append(worker))
            {
                await node.DisposeAsync().ConfigureAwait(false);
            }

            var slow = BenchRow.Share(delays, 0.95);
            return
            [
                BenchRow.Of($"preview from worker to the watcher on a web node, {Load}, {WebNodes} web nodes", "ms", delays),
                new BenchRow("… p95", "ms", slow, slow, slow, delays.Count),
                .. HandingOver(publishing),
                new BenchRow("… Redis, share of a core", "", core, core, core, 1),
            ];
        }
    }

    /// <summary>Adds running jobs of a person.</summary>
    public static async Task<List<Guid>> AddJobsAsync(ClusterNode node, Guid? person, CancellationToken cancellationToken)
    {
        var rows = Enumerable.Range(0, Jobs).Select(number => QueueRecords.NewJob(number, JobState.Running, personId: person)).ToList();
        var database = await node.Get<IDbContextFactory<AppDbContext>>().CreateDbContextAsync(cancellationToken).ConfigureAwait(false);
        await using (database.ConfigureAwait(false))
        {
            // Leased, so that nobody takes them for lost.
            rows.ForEach(row => row.LeaseUntil = TimeProvider.System.GetUtcNow().AddHours(1));
            database.Jobs.AddRange(rows);
            await database.SaveChangesAsync(cancellationToken).ConfigureAwait(false);
        }

        return rows.ConvertAll(row => row.Id);
    }

    /// <summary>Publishes frames evenly, each with its time.</summary>
    /// <returns>How long each call took, in milliseconds, and how much of that was a pause of the garbage collector.</returns>
    public static async Task<List<(double Time, double Pause)>> PublishAsync(PreviewBus bus, List<Guid> jobs, CancellationToken cancellationToken)
    {
        var times = new List<(double, double)>();
        var began = Stopwatch.GetTimestamp();
        var frames = (int)(Duration.TotalSeconds * FramesPerSecond) * jobs.Count;
        for (var number = 0; number < frames; number++)
        {
            var due = TimeSpan.FromSeconds((double)number / FramesPerSecond / jobs.Count) - Stopwatch.GetElapsedTime(began);
            if (due > TimeSpan.Zero)
            {
                await Task.Delay(due, cancellationToken).ConfigureAwait(false);
            }

            var bytes = new byte[FrameBytes];
            var frame = new PreviewFrame(jobs[number % jobs.Count], 0, "decoder", 1, 1, (double)number / frames, 256, 256, "image/webp", bytes);
            var paused = GC.GetTotalPauseDuration();
            var now = Stopwatch.GetTimestamp();
            BinaryPrimitives.WriteInt64LittleEndian(bytes, now);
            bus.Publish(frame);
            times.Add((Stopwatch.GetElapsedTime(now).TotalMilliseconds, (GC.GetTotalPauseDuration() - paused).TotalMilliseconds));
        }

        return times;
    }

    /// <summary>The first frame compiles the code. A pause of the garbage collector stops every thread, whatever it does.</summary>
    private static IEnumerable<BenchRow> HandingOver(List<(double Time, double Pause)> calls)
    {
        var (first, _) = calls[0];
        var others = calls.Skip(1).Select(call => call.Time).ToList();
        var late = BenchRow.Share(others, 0.99);
        yield return BenchRow.Of("… handing a frame over, without the first", "ms", others);
        yield return new BenchRow("… p99", "ms", late, late, late, others.Count);
        yield return new BenchRow("… the first", "ms", first, first, first, 1);
        yield return BenchRow.Of("… without pauses of the garbage collector", "ms", calls.ConvertAll(call => call.Time - call.Pause)[1..]);
    }

    private static async Task WatchAsync(ClusterNode node, Guid job, ConcurrentBag<double> delays, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var frame in node.Get<IPreviewBus>().WatchAsync(job, cancellationToken).ConfigureAwait(false))
            {
                delays.Add(Stopwatch.GetElapsedTime(BinaryPrimitives.ReadInt64LittleEndian(frame.Bytes.Span)).TotalMilliseconds);
            }
        }
        catch (OperationCanceledException)
        {
            // The measurement is over.
        }
    }
}
