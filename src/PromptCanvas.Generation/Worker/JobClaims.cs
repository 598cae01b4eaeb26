using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using PromptCanvas.Data;
using PromptCanvas.Data.Jobs;

namespace PromptCanvas.Generation.Worker;

/// <summary>Queued → running. One of the few places with SQL of its own: the claim is one statement.</summary>
internal sealed class JobClaims(IDbContextFactory<AppDbContext> databases, TimeProvider clock)
{
    private readonly string worker = $"{Environment.MachineName}-{Guid.NewGuid():N}";

    /// <summary>Takes the next job that is due.</summary>
    /// <param name="alone">Nothing runs now. A job that was part of a crash is taken only then; while one waits, so do the others.</param>
    public async Task<ClaimedJob?> ClaimAsync(bool alone, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var now = clock.GetUtcNow();
        if (!await AnyDueAsync(database, now, cancellationToken))
        {
            return null;
        }

        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        var suspects = await database.Jobs.AnyAsync(
            job => job.State == JobStates.Queued && job.CrashCount > 0 && (job.NotBefore == null || job.NotBefore <= now), cancellationToken);
        if (suspects && !alone)
        {
            return null;
        }

        if (await TakeAsync(database, suspects, now, cancellationToken) is not { } job)
        {
            return null;
        }

        var missing = await database.JobImages
            .Where(image => image.JobId == job.Id && image.State == JobImageStates.Queued)
            .OrderBy(image => image.ImageIndex)
            .AsNoTracking()
            .ToListAsync(cancellationToken);
        await database.JobImages
            .Where(image => image.JobId == job.Id && image.State == JobImageStates.Queued)
            .ExecuteUpdateAsync(change => change.SetProperty(image => image.State, JobImageStates.Running), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new ClaimedJob(job, missing);
    }

    /// <summary>When the first of the jobs is due that were paused at a moment; null when none was.</summary>
    public async Task<DateTimeOffset?> NextDueAsync(DateTimeOffset asOf, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await database.Jobs
            .Where(job => job.State == JobStates.Queued && job.NotBefore > asOf)
            .OrderBy(job => job.NotBefore)
            .Select(job => job.NotBefore)
            .FirstOrDefaultAsync(cancellationToken);
    }

    // A look without a write lock: an idle worker writes nothing.
    private static Task<bool> AnyDueAsync(AppDbContext database, DateTimeOffset now, CancellationToken cancellationToken) =>
        database.Jobs.AnyAsync(job => job.State == JobStates.Queued && (job.NotBefore == null || job.NotBefore <= now), cancellationToken);

    private async Task<Job?> TakeAsync(AppDbContext database, bool suspect, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var crashes = suspect ? "> 0" : "= 0";
        var skipLocked = database.Database.ProviderName?.Contains("Npgsql", StringComparison.Ordinal) == true ? "FOR UPDATE SKIP LOCKED" : "";
        var sql = $$"""
            UPDATE "Jobs"
            SET "State" = 'running', "Fence" = "Fence" + 1, "Attempt" = "Attempt" + 1,
                "LeasedBy" = {0}, "NotBefore" = NULL, "StartedAt" = COALESCE("StartedAt", {1})
            WHERE "Id" = (
                SELECT "Id" FROM "Jobs"
                WHERE "State" = 'queued' AND "CrashCount" {{crashes}} AND ("NotBefore" IS NULL OR "NotBefore" <= {1})
                ORDER BY "Priority" DESC, "VirtualTime", "CreatedAt", "Id"
                LIMIT 1 {{skipLocked}})
            RETURNING *
            """;
        var rows = await database.Jobs.FromSqlRaw(sql, worker, Stored(database, now)).AsNoTracking().ToListAsync(cancellationToken);
        return rows.SingleOrDefault();
    }

    /// <summary>A time as this database stores it: SQL of our own passes by the model's conversions.</summary>
    private static object Stored(AppDbContext database, DateTimeOffset time)
    {
        IReadOnlyProperty property = database.Model.FindEntityType(typeof(Job))!.FindProperty(nameof(Job.CreatedAt))!;
        return property.GetTypeMapping().Converter?.ConvertToProvider(time) ?? time;
    }
}
