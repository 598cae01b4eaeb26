using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using PromptCanvas.Data;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Generation.Configuration;

namespace PromptCanvas.Generation.Worker;

/// <summary>The order of the queue: the jobs that are due, the people who are at their limit of running jobs, and the job to prefer.</summary>
internal sealed class ClaimOrder(IDbContextFactory<AppDbContext> databases, ModelAffinity affinity, IOptionsMonitor<QuotaOptions> quotas, TimeProvider clock)
{
    public DateTimeOffset Now => clock.GetUtcNow();

    /// <summary>The queued jobs that may run now.</summary>
    public static IQueryable<Job> Due(AppDbContext database, DateTimeOffset now) =>
        database.Jobs.Where(job => job.State == JobState.Queued && (job.NotBefore == null || job.NotBefore <= now));

    /// <summary>Whether a claim would find a job. Only reads, so that an idle worker takes no write lock.</summary>
    public async Task<bool> AnyDueAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await Due(database, now).AnyAsync(cancellationToken)
            && !await database.QueueStates.AnyAsync(state => state.PausedAt != null, cancellationToken);
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
    /// <param name="excluded">People whose jobs are not claimed now.</param>
    public Task<Guid?> PreferAsync(AppDbContext database, DateTimeOffset now, IReadOnlyCollection<Guid> excluded, CancellationToken cancellationToken) =>
        affinity.PreferAsync(
            database,
            Due(database, now).Where(job => job.CrashCount == 0 && (job.PersonId == null || !excluded.Contains(job.PersonId.Value)))
                .OrderByDescending(job => job.Priority).ThenBy(job => job.VirtualTime).ThenBy(job => job.CreatedAt).ThenBy(job => job.Id),
            cancellationToken);

    /// <summary>Records that the worker runs a job of this model.</summary>
    public void Worked(string model) => affinity.Worked(model);
}
