using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using PromptCanvas.Data;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Generation.Configuration;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Generation.Storage;

namespace PromptCanvas.Generation.Worker;

/// <summary>Moves jobs from queued to running, or waits until some may be queued. Uses raw SQL, because the claim must be one statement.</summary>
internal sealed class JobClaims(Transactions transactions, ClaimOrder order, HeldLeases leases, QueueSignal signal, Failpoints failpoints)
{
    private string? lastMigration;

    public DateTimeOffset Now => order.Now;

    /// <summary>Claims the next due jobs, in queue order.</summary>
    /// <param name="count">Maximum number of jobs.</param>
    /// <param name="alone">No job is running. A job that was part of a crash is claimed only then, and alone; while one is queued, no other job is.</param>
    public Task<IReadOnlyList<ClaimedJob>> ClaimAsync(int count, bool alone, CancellationToken cancellationToken) =>
        ClaimAsync(new ClaimLimit(count, []), alone, cancellationToken);

    /// <summary>Claims the next due jobs within a limit that may exclude people; otherwise like <see cref="ClaimAsync(int, bool, CancellationToken)"/>.</summary>
    public async Task<IReadOnlyList<ClaimedJob>> ClaimAsync(ClaimLimit limit, bool alone, CancellationToken cancellationToken)
    {
        var now = order.Now;
        if (await order.ScopeAsync(now, cancellationToken) is not { } scope)
        {
            return [];
        }

        var claimed = await transactions.RunAsync(
            async database =>
            {
                var claims = await ClaimAsync(database, scope, limit, alone, now, cancellationToken);
                failpoints.Hit(Failpoints.ClaimWritten);
                return (claims, claims.Count > 0);
            },
            cancellationToken);
        if (claimed.Count > 0)
        {
            order.Worked(claimed[^1].Job.Model);
            failpoints.Hit(Failpoints.ClaimCommitted);
        }

        return claimed;
    }

    /// <summary>Waits until a job is queued or handed back, or until a job that was delayed at <paramref name="asOf"/> is due.</summary>
    public async Task WaitAsync(DateTimeOffset asOf, CancellationToken cancellationToken) =>
        await signal.WaitAsync(await order.NextDueAsync(asOf, cancellationToken), cancellationToken);

    private async Task<IReadOnlyList<ClaimedJob>> ClaimAsync(
        AppDbContext database, ClaimScope scope, ClaimLimit limit, bool alone, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var suspects = await scope.Urgent.Of(ClaimOrder.Due(database, now)).AnyAsync(job => job.CrashCount > 0, cancellationToken);
        if (suspects && !alone)
        {
            return [];
        }

        var jobs = await TakeAsync(database, suspects ? scope.Urgent : scope, suspects ? limit with { Jobs = 1 } : limit, suspects, now, cancellationToken);
        if (jobs.Count == 0)
        {
            return [];
        }

        var ids = jobs.ConvertAll(job => job.Id);
        var missing = await database.JobPictures
            .Where(picture => ids.Contains(picture.JobId) && picture.State == JobPictureState.Queued)
            .OrderBy(picture => picture.ImageIndex)
            .AsNoTracking()
            .ToListAsync(cancellationToken);
        await database.JobPictures
            .Where(picture => ids.Contains(picture.JobId) && picture.State == JobPictureState.Queued)
            .ExecuteUpdateAsync(change => change.SetProperty(picture => picture.State, JobPictureState.Running), cancellationToken);
        return jobs.ConvertAll(job => new ClaimedJob(job, [.. missing.Where(picture => picture.JobId == job.Id)]));
    }

    private async Task<List<Job>> TakeAsync(
        AppDbContext database, ClaimScope scope, ClaimLimit limit, bool suspect, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var (excluded, limited) = await order.AtLimitAsync(database, cancellationToken);
        excluded.AddRange(limit.Except.Except(excluded));
        var preferred = suspect ? null : await order.PreferAsync(database, scope.Of(ClaimOrder.Due(database, now)), excluded, cancellationToken);
        var dialect = QueueDialect.Of(database);
        List<object> values = [leases.Worker, Stored(database, now), preferred ?? Guid.Empty, LastMigration(database), leases.Node, .. excluded.Cast<object>()];
        var others = string.Join(", ", excluded.Select((_, index) => $"{{{index + 5}}}"));
        var scoped = scope.ToSql(values);

        // MATERIALIZED is an optimization fence: without it the planner may update more rows than the limit.
        var sql = $$"""
            WITH pick AS MATERIALIZED (
                SELECT "Id" FROM "Jobs"
                WHERE NOT EXISTS (SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" > {3})
                    AND NOT EXISTS (SELECT 1 FROM "Nodes" WHERE "Nodes"."Id" = {0} AND "DrainedAt" IS NOT NULL)
                    AND "State" = 'queued' AND "CrashCount" {{(suspect ? "> 0" : "= 0")}} AND ("NotBefore" IS NULL OR "NotBefore" <= {1})
                    {{(preferred is null ? "" : "AND \"Id\" = {2}")}}
                    {{scoped}}
                    {{(others.Length == 0 ? "" : $"AND (\"PersonId\" IS NULL OR \"PersonId\" NOT IN ({others}))")}}
                ORDER BY "Priority" DESC, "VirtualTime", "CreatedAt", "Id"
                LIMIT {{(limited || preferred is not null ? 1 : limit.Jobs)}} {{dialect.SkipLocked}})
            UPDATE "Jobs"
            SET "State" = 'running', "Fence" = "Fence" + 1, "Attempt" = "Attempt" + 1, "LeasedBy" = {0}, "RanOn" = {4}, "NotBefore" = NULL,
                "LeaseUntil" = {{dialect.Now(leases.Duration)}}, "StartedAt" = COALESCE("StartedAt", {1})
            WHERE "Id" IN (SELECT "Id" FROM pick)
            RETURNING *
            """;
        var rows = await database.Jobs.FromSqlRaw(sql, [.. values]).AsNoTracking().ToListAsync(cancellationToken);
        return [.. rows.OrderByDescending(job => job.Priority).ThenBy(job => job.VirtualTime).ThenBy(job => job.CreatedAt).ThenBy(job => job.Id)];
    }

    // A newer version may have given columns a meaning that this one does not know. Names of migrations begin with their time.
    // Read once: EF Core looks for them in the assembly, for every context again.
    private string LastMigration(AppDbContext database) => lastMigration ??= database.Database.GetMigrations().Last();

    /// <summary>A time in the database's storage format: raw SQL bypasses the model's value converters.</summary>
    private static object Stored(AppDbContext database, DateTimeOffset time)
    {
        IReadOnlyProperty property = database.Model.FindEntityType(typeof(Job))!.FindProperty(nameof(Job.CreatedAt))!;
        return property.GetTypeMapping().Converter?.ConvertToProvider(time) ?? time;
    }
}
