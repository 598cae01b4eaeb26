using System.Text.Json;
using System.Threading.Channels;
using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Credits;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Generation.Queue;

namespace PromptCanvas.Web.Features.Operations;

/// <summary>Reads the metrics from the database in the background: the queue length every few seconds, and each job once when it has ended.</summary>
internal sealed class MetricsCollector(
    StudioMetrics metrics, IJobFeed feed, IDbContextFactory<AppDbContext> databases, TimeProvider clock, ILogger<MetricsCollector> log) : BackgroundService
{
    // Bounds the memory: when the reader falls this far behind, jobs are dropped from the metrics.
    private const int MostUnread = 10_000;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly Channel<Guid> over = Channel.CreateBounded<Guid>(new BoundedChannelOptions(MostUnread) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Reads the queue state now.</summary>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var waiting = database.Jobs.Where(job => job.State == JobStates.Queued);
        var oldest = await waiting.OrderBy(job => job.CreatedAt).Select(job => (DateTimeOffset?)job.CreatedAt).FirstOrDefaultAsync(cancellationToken);
        metrics.Queue = new QueueFigures(
            await waiting.CountAsync(cancellationToken),
            await database.Jobs.CountAsync(job => job.State == JobStates.Running, cancellationToken),
            await database.QueueStates.AnyAsync(state => state.PausedAt != null, cancellationToken),
            oldest is { } since ? Math.Max(0, (clock.GetUtcNow() - since).TotalSeconds) : 0);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var subscription = feed.Subscribe(null, change =>
        {
            if (change.State is not (JobState.Queued or JobState.Running))
            {
                over.Writer.TryWrite(change.JobId);
            }
        });
        await Task.WhenAll(LookOnAsync(stoppingToken), CountAsync(stoppingToken));
    }

    private async Task LookOnAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        do
        {
            await TryAsync(() => LookAsync(stoppingToken));
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task CountAsync(CancellationToken stoppingToken)
    {
        await foreach (var jobId in over.Reader.ReadAllAsync(stoppingToken))
        {
            await TryAsync(() => CountAsync(jobId, stoppingToken));
        }
    }

    private async Task CountAsync(Guid jobId, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        if (await database.Jobs.AsNoTracking().SingleOrDefaultAsync(row => row.Id == jobId, cancellationToken) is not { } job)
        {
            return;
        }

        var lines = await database.Ledger.Where(line => line.JobId == jobId).Select(line => new { line.Kind, line.Amount }).ToListAsync(cancellationToken);
        metrics.JobEnded(
            job.State, job.Model, (job.StartedAt - job.CreatedAt)?.TotalSeconds,
            -lines.Where(line => line.Kind == LedgerKinds.Charge).Sum(line => line.Amount),
            lines.Where(line => line.Kind == LedgerKinds.Refund).Sum(line => line.Amount));
        foreach (var image in await database.Images.Where(row => row.JobId == jobId).Select(row => new { row.Model, row.Width, row.Timings }).ToListAsync(cancellationToken))
        {
            metrics.PictureMade(image.Model, image.Width, JsonSerializer.Deserialize<Dictionary<string, double>>(image.Timings) ?? []);
        }
    }

    // Database faults delay the metrics only; nothing else depends on them.
    private async Task TryAsync(Func<Task> step)
    {
        try
        {
            await step();
        }
        catch (System.Data.Common.DbException fault)
        {
            log.LogWarning(fault, "Reading the metrics failed; the next round tries again");
        }
    }
}
