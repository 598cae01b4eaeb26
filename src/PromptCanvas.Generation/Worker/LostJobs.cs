using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Generation.Queue;

namespace PromptCanvas.Generation.Worker;

/// <summary>Running jobs whose worker is gone.</summary>
internal sealed class LostJobs(LeaseRecoveryRules rules, PictureOutcomes outcomes)
{
    /// <summary>Maximum jobs of one transaction.</summary>
    public const int BatchSize = 100;

    /// <param name="everything">Every running job instead of those with an expired lease.</param>
    public static Task<bool> AnyAsync(AppDbContext database, bool everything, CancellationToken cancellationToken)
    {
        var sql = $"SELECT * FROM \"Jobs\" WHERE {Lost(database, everything)}";
        return database.Jobs.FromSqlRaw(sql).AnyAsync(cancellationToken);
    }

    private static string Lost(AppDbContext database, bool everything) => everything
        ? "\"State\" = 'running'"
        : $"\"State\" = 'running' AND (\"LeaseUntil\" IS NULL OR \"LeaseUntil\" < {QueueDialect.Of(database).Now(TimeSpan.Zero)})";

    /// <summary>Requeues a batch in the caller's transaction, and gives up jobs that crashed too often.</summary>
    public async Task<List<Job>> RequeueAsync(AppDbContext database, bool everything, CancellationToken cancellationToken)
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
            await database.JobPictures.Where(picture => picture.JobId == job.Id && picture.State == JobPictureState.Running)
                .ExecuteUpdateAsync(change => change.SetProperty(picture => picture.State, JobPictureState.Queued), cancellationToken);
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
        var missing = await database.JobPictures.Where(picture => picture.JobId == job.Id && picture.State == JobPictureState.Queued).ToListAsync(cancellationToken);
        foreach (var picture in missing)
        {
            (picture.State, picture.Error) = (JobPictureState.Failed, reason);
        }

        // Finished pictures were delivered.
        job.State = job.CompletedImages > 0 ? JobState.Done : JobState.Failed;
        job.Error = job.CompletedImages > 0 ? null : reason;
        job.FinishedAt = rules.Now;
        await database.SaveChangesAsync(cancellationToken);
        await outcomes.RefundAsync(database, job.Id, [.. missing.Select(picture => picture.ImageIndex)], reason, cancellationToken);
    }
}
