using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using PromptCanvas.Data;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Generation.Configuration;
using PromptCanvas.Generation.Storage;

namespace PromptCanvas.Generation.Worker;

/// <summary>Moves jobs from queued to running. Uses raw SQL, because the claim must be one statement.</summary>
internal sealed class JobClaims(
    IDbContextFactory<AppDbContext> databases, Transactions transactions, ClaimSettings settings, ModelAffinity affinity, Failpoints failpoints)
{
    /// <summary>Claims the next due jobs, in queue order.</summary>
    /// <param name="count">Maximum number of jobs.</param>
    /// <param name="alone">No job is running. A job that was part of a crash is claimed only then, and alone; while one is queued, no other job is.</param>
    public Task<IReadOnlyList<ClaimedJob>> ClaimAsync(int count, bool alone, CancellationToken cancellationToken) =>
        ClaimAsync(new ClaimLimit(count, []), alone, cancellationToken);

    /// <summary>Claims the next due jobs within a limit that may exclude people; otherwise like <see cref="ClaimAsync(int, bool, CancellationToken)"/>.</summary>
    public async Task<IReadOnlyList<ClaimedJob>> ClaimAsync(ClaimLimit limit, bool alone, CancellationToken cancellationToken)
    {
        var now = settings.Now;
        await using (var look = await databases.CreateDbContextAsync(cancellationToken))
        {
            // Read-only check first: an idle worker takes no write lock.
            if (!await Due(look, now).AnyAsync(cancellationToken) || await IsPausedAsync(look, cancellationToken))
            {
                return [];
            }
        }

        var claimed = await transactions.RunAsync(
            async database =>
            {
                var claims = await ClaimAsync(database, limit, alone, now, cancellationToken);
                failpoints.Hit(Failpoints.ClaimWritten);
                return (claims, claims.Count > 0);
            },
            cancellationToken);
        if (claimed.Count > 0)
        {
            affinity.Worked(claimed[^1].Job.Model);
            failpoints.Hit(Failpoints.ClaimCommitted);
        }

        return claimed;
    }

    /// <summary>The earliest due time of the jobs that were delayed at <paramref name="asOf"/>; null if there are none.</summary>
    public async Task<DateTimeOffset?> NextDueAsync(DateTimeOffset asOf, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await database.Jobs
            .Where(job => job.State == JobState.Queued && job.NotBefore > asOf)
            .OrderBy(job => job.NotBefore)
            .Select(job => job.NotBefore)
            .FirstOrDefaultAsync(cancellationToken);
    }

    private static IQueryable<Job> Due(AppDbContext database, DateTimeOffset now) =>
        database.Jobs.Where(job => job.State == JobState.Queued && (job.NotBefore == null || job.NotBefore <= now));

    private static Task<bool> IsPausedAsync(AppDbContext database, CancellationToken cancellationToken) =>
        database.QueueStates.AnyAsync(state => state.PausedAt != null, cancellationToken);

    private async Task<IReadOnlyList<ClaimedJob>> ClaimAsync(
        AppDbContext database, ClaimLimit limit, bool alone, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var suspects = await Due(database, now).AnyAsync(job => job.CrashCount > 0, cancellationToken);
        if (suspects && !alone)
        {
            return [];
        }

        var jobs = await TakeAsync(database, suspects ? limit with { Jobs = 1 } : limit, suspects, now, cancellationToken);
        if (jobs.Count == 0)
        {
            return [];
        }

        var ids = jobs.ConvertAll(job => job.Id);
        var missing = await database.JobPictures
            .Where(image => ids.Contains(image.JobId) && image.State == JobPictureState.Queued)
            .OrderBy(image => image.ImageIndex)
            .AsNoTracking()
            .ToListAsync(cancellationToken);
        await database.JobPictures
            .Where(image => ids.Contains(image.JobId) && image.State == JobPictureState.Queued)
            .ExecuteUpdateAsync(change => change.SetProperty(image => image.State, JobPictureState.Running), cancellationToken);
        return jobs.ConvertAll(job => new ClaimedJob(job, [.. missing.Where(image => image.JobId == job.Id)]));
    }

    private async Task<List<Job>> TakeAsync(AppDbContext database, ClaimLimit limit, bool suspect, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var busy = await BusyAsync(database, cancellationToken);
        busy.People.AddRange(limit.Except.Except(busy.People));
        var inOrder = Due(database, now).Where(job => job.CrashCount == 0 && (job.PersonId == null || !busy.People.Contains(job.PersonId.Value)))
            .OrderByDescending(job => job.Priority).ThenBy(job => job.VirtualTime).ThenBy(job => job.CreatedAt).ThenBy(job => job.Id);
        var preferred = suspect ? null : await affinity.PreferAsync(database, inOrder, cancellationToken);
        var dialect = QueueDialect.Of(database);
        object[] values = [settings.Worker, Stored(database, now), preferred ?? Guid.Empty, .. busy.People.Cast<object>()];
        var others = string.Join(", ", busy.People.Select((_, index) => $"{{{index + 3}}}"));

        // MATERIALIZED is an optimization fence: without it the planner may update more rows than the limit.
        var sql = $$"""
            WITH pick AS MATERIALIZED (
                SELECT "Id" FROM "Jobs"
                WHERE "State" = 'queued' AND "CrashCount" {{(suspect ? "> 0" : "= 0")}} AND ("NotBefore" IS NULL OR "NotBefore" <= {1})
                    {{(preferred is null ? "" : "AND \"Id\" = {2}")}}
                    {{(others.Length == 0 ? "" : $"AND (\"PersonId\" IS NULL OR \"PersonId\" NOT IN ({others}))")}}
                ORDER BY "Priority" DESC, "VirtualTime", "CreatedAt", "Id"
                LIMIT {{(busy.Limited || preferred is not null ? 1 : limit.Jobs)}} {{dialect.SkipLocked}})
            UPDATE "Jobs"
            SET "State" = 'running', "Fence" = "Fence" + 1, "Attempt" = "Attempt" + 1, "LeasedBy" = {0}, "NotBefore" = NULL,
                "LeaseUntil" = {{dialect.Now(settings.Lease)}}, "StartedAt" = COALESCE("StartedAt", {1})
            WHERE "Id" IN (SELECT "Id" FROM pick)
            RETURNING *
            """;
        var rows = await database.Jobs.FromSqlRaw(sql, values).AsNoTracking().ToListAsync(cancellationToken);
        return [.. rows.OrderByDescending(job => job.Priority).ThenBy(job => job.VirtualTime).ThenBy(job => job.CreatedAt).ThenBy(job => job.Id)];
    }

    /// <summary>People at their limit of running jobs, and whether any limit is configured.</summary>
    private async Task<(List<Guid> People, bool Limited)> BusyAsync(AppDbContext database, CancellationToken cancellationToken)
    {
        var everybody = settings.MaximumRunning;
        if (everybody == 0 && !await database.PersonCredits.AnyAsync(person => person.MaximumRunning != null, cancellationToken))
        {
            return ([], false);
        }

        var running = await database.Jobs.Where(job => job.State == JobState.Running && job.PersonId != null)
            .GroupBy(job => job.PersonId!.Value).Select(jobs => new { Person = jobs.Key, Count = jobs.Count() }).ToListAsync(cancellationToken);
        var people = running.ConvertAll(row => row.Person);
        var own = await database.PersonCredits.Where(person => people.Contains(person.PersonId) && person.MaximumRunning != null)
            .ToDictionaryAsync(person => person.PersonId, person => person.MaximumRunning!.Value, cancellationToken);
        var busy = running.Where(row => (own.TryGetValue(row.Person, out var limit) ? limit : everybody) is > 0 and var most && row.Count >= most);
        return ([.. busy.Select(row => row.Person)], true);
    }

    /// <summary>A time in the database's storage format: raw SQL bypasses the model's value converters.</summary>
    private static object Stored(AppDbContext database, DateTimeOffset time)
    {
        IReadOnlyProperty property = database.Model.FindEntityType(typeof(Job))!.FindProperty(nameof(Job.CreatedAt))!;
        return property.GetTypeMapping().Converter?.ConvertToProvider(time) ?? time;
    }
}
