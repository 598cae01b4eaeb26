using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PromptCanvas.Data;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Generation.Configuration;
using PromptCanvas.Generation.Storage;

namespace PromptCanvas.Generation.Worker;

/// <summary>Renews the leases of running jobs, and stops jobs whose lease was lost.</summary>
internal sealed class Heartbeat(
    IDbContextFactory<AppDbContext> databases, HeldLeases held, StorageFaults faults, IOptions<GenerationOptions> options, TimeProvider clock)
{
    // Drop leases at this share of their duration without renewal, before other workers may claim the jobs.
    private const double TrustedShare = 5.0 / 6;

    private long lastRenewal = clock.GetTimestamp();

    /// <summary>Synchronous on purpose: it runs on a dedicated thread, independent of the thread pool.</summary>
    /// <param name="logger">The heartbeat thread's logger.</param>
    public void Beat(ILogger logger)
    {
        var leases = held.All();
        if (leases.Count == 0)
        {
            Volatile.Write(ref lastRenewal, clock.GetTimestamp());
            return;
        }

        // Taken before the statement, so that a slow renewal counts from its start.
        var began = clock.GetTimestamp();
        try
        {
            foreach (var (lost, ended) in Renew(leases))
            {
                // A job may end, or be cancelled, between the list and the renewal.
                logger.Log(ended ? LogLevel.Debug : LogLevel.Warning, "Job {JobId} is no longer this worker's; it is stopped", lost.JobId);
                held.Drop(lost);
            }

            Volatile.Write(ref lastRenewal, began);
        }
        catch (Exception fault) when (faults.Describe(fault) is { } reason)
        {
            logger.LogError("Leases could not be renewed: {Reason}", reason);
            GiveUpWhenLate(leases, logger);
        }
    }

    /// <summary>Drops the leases when the last renewal was too long ago, also while <see cref="Beat"/> waits for a database that does not answer.</summary>
    public void Watch(ILogger logger)
    {
        if (held.All() is { Count: > 0 } leases)
        {
            GiveUpWhenLate(leases, logger);
        }
    }

    /// <returns>Leases that another worker took over, or whose job ended.</returns>
    private List<(HeldLease Lease, bool Ended)> Renew(IReadOnlyCollection<HeldLease> leases)
    {
        using var database = databases.CreateDbContext();
        var ids = leases.Select(lease => lease.JobId).ToList();
        var places = string.Join(", ", ids.Select((_, index) => $"{{{index}}}"));
        var sql = $$"""
            UPDATE "Jobs" SET "LeaseUntil" = {{QueueDialect.Of(database).Now(options.Value.Lease)}}
            WHERE "State" = 'running' AND "Id" IN ({{places}})
            """;
        database.Database.ExecuteSqlRaw(sql, [.. ids.Cast<object>()]);
        var jobs = database.Jobs.Where(job => ids.Contains(job.Id)).Select(job => new { job.Id, job.Fence, job.State }).ToList();
        var ours = jobs.Where(job => job.State == JobState.Running).Select(job => new HeldLease(job.Id, job.Fence)).ToHashSet();
        var active = jobs.Where(job => job.State is JobState.Running or JobState.Queued).Select(job => job.Id).ToHashSet();
        return [.. leases.Where(lease => !ours.Contains(lease)).Select(lease => (lease, !active.Contains(lease.JobId)))];
    }

    private void GiveUpWhenLate(IReadOnlyCollection<HeldLease> leases, ILogger logger)
    {
        // A process that owns the queue alone has no competing workers.
        if (!options.Value.SharedQueue || clock.GetElapsedTime(Volatile.Read(ref lastRenewal)) < options.Value.Lease * TrustedShare)
        {
            return;
        }

        logger.LogError("The database was unreachable for too long; {Count} jobs are released to other workers", leases.Count);
        foreach (var lease in leases)
        {
            held.Drop(lease);
        }
    }
}
