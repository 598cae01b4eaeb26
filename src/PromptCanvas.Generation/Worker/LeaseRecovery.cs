using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using PromptCanvas.Data;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Generation.Storage;

namespace PromptCanvas.Generation.Worker;

/// <summary>Requeues jobs with expired leases, or fails them after too many crashes. Idempotent; any process may run it.</summary>
internal sealed class LeaseRecovery(
    IDbContextFactory<AppDbContext> databases, Transactions transactions, LeaseRecoveryRules rules, PictureOutcomes outcomes, JobEvents events, ILogger<LeaseRecovery> logger)
{
    private const int BatchSize = 100;

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
                    var batch = await BatchAsync(database, everything, cancellationToken);
                    return (batch, batch.Count > 0);
                },
                cancellationToken);
            jobs.ForEach(Tell);
            rescued += jobs.Count;
            if (jobs.Count < BatchSize)
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
        var sql = $"SELECT * FROM \"Jobs\" WHERE {Lost(database, everything)}";
        return await database.Jobs.FromSqlRaw(sql).AnyAsync(cancellationToken);
    }

    private static string Lost(AppDbContext database, bool everything) => everything
        ? "\"State\" = 'running'"
        : $"\"State\" = 'running' AND (\"LeaseUntil\" IS NULL OR \"LeaseUntil\" < {QueueDialect.Of(database).Now(TimeSpan.Zero)})";

    private async Task<List<Job>> BatchAsync(AppDbContext database, bool everything, CancellationToken cancellationToken)
    {
        var dialect = QueueDialect.Of(database);
        var alive = rules.Alive();
        var others = alive.Length == 0 ? "" : $"AND \"Id\" NOT IN ({string.Join(", ", alive.Select((_, index) => $"{{{index}}}"))})";
        var sql = $"""
            WITH lost AS MATERIALIZED (
                SELECT "Id" FROM "Jobs" WHERE {Lost(database, everything)} {others} LIMIT {BatchSize} {dialect.SkipLocked})
            UPDATE "Jobs"
            SET "State" = 'queued', "Fence" = "Fence" + 1, "LeasedBy" = NULL, "LeaseUntil" = NULL,
                "CrashCount" = "CrashCount" + CASE WHEN {dialect.OutageSinceRenewal(rules.Lease)} THEN 0 ELSE 1 END
            WHERE "Id" IN (SELECT "Id" FROM lost)
            RETURNING *
            """;
        var jobs = await database.Jobs.FromSqlRaw(sql, [.. alive.Cast<object>()]).ToListAsync(cancellationToken);
        foreach (var job in jobs)
        {
            await database.JobPictures.Where(image => image.JobId == job.Id && image.State == JobPictureState.Running)
                .ExecuteUpdateAsync(change => change.SetProperty(image => image.State, JobPictureState.Queued), cancellationToken);
            if (job.CrashCount >= rules.MaximumCrashes)
            {
                await GiveUpAsync(database, job, cancellationToken);
            }
        }

        return jobs;
    }

    private async Task GiveUpAsync(AppDbContext database, Job job, CancellationToken cancellationToken)
    {
        var reason = $"The studio stopped {job.CrashCount} times while it made this request, so it was given up; try another prompt or size.";
        var missing = await database.JobPictures.Where(image => image.JobId == job.Id && image.State == JobPictureState.Queued).ToListAsync(cancellationToken);
        foreach (var image in missing)
        {
            (image.State, image.Error) = (JobPictureState.Failed, reason);
        }

        // Finished pictures were delivered.
        job.State = job.CompletedImages > 0 ? JobState.Done : JobState.Failed;
        job.Error = job.CompletedImages > 0 ? null : reason;
        job.FinishedAt = rules.Now;
        await database.SaveChangesAsync(cancellationToken);
        await outcomes.RefundAsync(database, job.Id, [.. missing.Select(image => image.ImageIndex)], reason, cancellationToken);
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
