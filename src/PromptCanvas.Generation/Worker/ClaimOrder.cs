using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using PromptCanvas.Data;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Generation.Configuration;

namespace PromptCanvas.Generation.Worker;

/// <summary>The order of the queue: the jobs that are due, the people who are at their limit of running jobs, and the job to prefer.</summary>
internal sealed class ClaimOrder(
    IDbContextFactory<AppDbContext> databases, ModelAffinity affinity, ClaimScopes scopes, IOptionsMonitor<QuotaOptions> quotas, TimeProvider clock)
{
    public DateTimeOffset Now => clock.GetUtcNow();

    /// <summary>The queued jobs that may run now.</summary>
    public static IQueryable<Job> Due(AppDbContext database, DateTimeOffset now) =>
        database.Jobs.Where(job => job.State == JobState.Queued && (job.NotBefore == null || job.NotBefore <= now));

    /// <summary>Where a claim would find a job; null if it would find none. Only reads, so that an idle worker takes no write lock.</summary>
    public async Task<ClaimScope?> ScopeAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var due = Due(database, now);
        if (!await due.AnyAsync(cancellationToken) || await database.QueueStates.AnyAsync(state => state.PausedAt != null, cancellationToken))
        {
            return null;
        }

        var scope = await scopes.NowAsync(InOrder(due), cancellationToken);
        var finds = scope == ClaimScope.Everything
            || (scope != ClaimScope.Nothing
                && (await scope.Of(due).AnyAsync(cancellationToken) || await scope.Urgent.Of(due).AnyAsync(job => job.CrashCount > 0, cancellationToken)));
        return finds ? scope : null;
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

    /// <summary>People at their limit of running jobs, and whether any limit is configured.</summary>
    public async Task<(List<Guid> People, bool Limited)> AtLimitAsync(AppDbContext database, CancellationToken cancellationToken)
    {
        var common = quotas.CurrentValue.MaximumRunning;
        if (common == 0 && !await database.PersonCredits.AnyAsync(person => person.MaximumRunning != null, cancellationToken))
        {
            return ([], false);
        }

        var running = await database.Jobs.Where(job => job.State == JobState.Running && job.PersonId != null)
            .GroupBy(job => job.PersonId!.Value).Select(jobs => new { Person = jobs.Key, Count = jobs.Count() }).ToListAsync(cancellationToken);
        var people = running.ConvertAll(row => row.Person);
        var own = await database.PersonCredits.Where(person => people.Contains(person.PersonId) && person.MaximumRunning != null)
            .ToDictionaryAsync(person => person.PersonId, person => person.MaximumRunning!.Value, cancellationToken);
        var atLimit = running.Where(row => (own.TryGetValue(row.Person, out var limit) ? limit : common) is > 0 and var most && row.Count >= most);
        return ([.. atLimit.Select(row => row.Person)], true);
    }

    /// <summary>The job to claim before all others; null = keep the order.</summary>
    /// <param name="due">The jobs that may be claimed.</param>
    /// <param name="excluded">People whose jobs are not claimed now.</param>
    public Task<Guid?> PreferAsync(AppDbContext database, IQueryable<Job> due, IReadOnlyCollection<Guid> excluded, CancellationToken cancellationToken) =>
        affinity.PreferAsync(
            database,
            InOrder(due.Where(job => job.CrashCount == 0 && (job.PersonId == null || !excluded.Contains(job.PersonId.Value)))),
            cancellationToken);

    /// <summary>Records that the worker runs a job of this model.</summary>
    public void Worked(string model) => affinity.Worked(model);

    private static IOrderedQueryable<Job> InOrder(IQueryable<Job> jobs) =>
        jobs.OrderByDescending(job => job.Priority).ThenBy(job => job.VirtualTime).ThenBy(job => job.CreatedAt).ThenBy(job => job.Id);
}
