using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using PromptCanvas.Data;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Generation.Storage;

namespace PromptCanvas.Generation.Worker;

/// <summary>Requeues jobs with expired leases, or fails them after too many crashes. Idempotent; any process may run it.</summary>
internal sealed class LeaseRecovery(
    IDbContextFactory<AppDbContext> databases, Transactions transactions, LostJobs lost, JobEvents events, ILogger<LeaseRecovery> logger)
{
    /// <summary>Recovers every running job. Call it at the start of a process that owns the queue alone.</summary>
    /// <returns>Number of jobs.</returns>
    public Task<int> AllAsync(CancellationToken cancellationToken) => RunAsync(everything: true, cancellationToken);

    /// <summary>Recovers jobs whose lease has expired by the database's clock.</summary>
    /// <returns>Number of jobs.</returns>
    public Task<int> ExpiredAsync(CancellationToken cancellationToken) => RunAsync(everything: false, cancellationToken);

    private async Task<int> RunAsync(bool everything, CancellationToken cancellationToken)
    {
        var rescued = 0;
        while (await AnyAsync(everything, cancellationToken))
        {
            var jobs = await transactions.RunAsync(
                async database =>
                {
                    var batch = await lost.RequeueAsync(database, everything, cancellationToken);
                    return (batch, batch.Count > 0);
                },
                cancellationToken);
            jobs.ForEach(Tell);
            rescued += jobs.Count;
            if (jobs.Count < LostJobs.BatchSize)
            {
                break;
            }
        }

        return rescued;
    }

    // Read-only check first: usually there is nothing to recover.
    private async Task<bool> AnyAsync(bool everything, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await LostJobs.AnyAsync(database, everything, cancellationToken);
    }

    private void Tell(Job job)
    {
        if (job.State == JobState.Queued)
        {
            logger.LogWarning("Job {JobId} was running when its worker stopped; it is queued again (crash {CrashCount})", job.Id, job.CrashCount);
            events.HandedBack(job.Id, job.CompletedImages);
        }
        else
        {
            logger.LogError("Job {JobId} was running during {CrashCount} crashes of the studio; it is given up", job.Id, job.CrashCount);
            events.Ended(job.Id, job.State, job.CompletedImages);
        }
    }
}
