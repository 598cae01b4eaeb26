using System.Text.Json;
using System.Threading.Channels;
using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Credits;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Generation.Supervision;

namespace PromptCanvas.Web.Features.Operations;

/// <summary>Reads the metrics from the database in the background: the queue length every few seconds, and each job once when it has ended.</summary>
internal sealed class MetricsCollector(
    StudioMetrics metrics, IJobFeed feed, IDbContextFactory<AppDbContext> databases, TimeProvider clock, Supervisor supervisor)
    : SupervisedService(supervisor)
{
    private const string Looking = $"{nameof(MetricsCollector)}.Look";
    private const string Counting = $"{nameof(MetricsCollector)}.Count";

    // Bounds the memory: when the reader falls this far behind, jobs are dropped from the metrics.
    private const int MostUnread = 10_000;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly Channel<Guid> over = Channel.CreateBounded<Guid>(new BoundedChannelOptions(MostUnread) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Reads the queue state now.</summary>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var waiting = database.Jobs.Where(job => job.State == JobState.Queued);
        var oldest = await waiting.OrderBy(job => job.CreatedAt).Select(job => (DateTimeOffset?)job.CreatedAt).FirstOrDefaultAsync(cancellationToken);
        metrics.Queue = new QueueFigures(
            await waiting.CountAsync(cancellationToken),
            await database.Jobs.CountAsync(job => job.State == JobState.Running, cancellationToken),
            await database.QueueStates.AnyAsync(state => state.PausedAt != null, cancellationToken),
            oldest is { } since ? Math.Max(0, (clock.GetUtcNow() - since).TotalSeconds) : 0);
    }

    /// <inheritdoc/>
    protected override async Task RunAsync(CancellationToken stoppingToken)
    {
        using var subscription = feed.Subscribe(null, change =>
        {
            // The node that ended a job counts it.
            if (!change.IsRemote && change.State is not (JobState.Queued or JobState.Running))
            {
                over.Writer.TryWrite(change.JobId);
            }
        });
        await Task.WhenAll(
            Supervisor.RunAsync(Looking, LookOnAsync, stoppingToken),
            Supervisor.RunAsync(Counting, CountAsync, stoppingToken));
    }

    private async Task LookOnAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        do
        {
            await LookAsync(stoppingToken);
            Supervisor.Faults.Worked(Looking);
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task CountAsync(CancellationToken stoppingToken)
    {
        await foreach (var jobId in over.Reader.ReadAllAsync(stoppingToken))
        {
            await CountAsync(jobId, stoppingToken);
            Supervisor.Faults.Worked(Counting);
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
            CreditUnits.ToCredits(-lines.Where(line => line.Kind == LedgerKinds.Charge).Sum(line => line.Amount)),
            CreditUnits.ToCredits(lines.Where(line => line.Kind == LedgerKinds.Refund).Sum(line => line.Amount)));
        foreach (var image in await database.Pictures.Where(row => row.JobId == jobId).Select(row => new { row.Model, row.Width, row.Timings }).ToListAsync(cancellationToken))
        {
            metrics.PictureMade(image.Model, image.Width, JsonSerializer.Deserialize<Dictionary<string, double>>(image.Timings) ?? []);
        }
    }
}
