using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PromptCanvas.Data;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Generation.Configuration;
using PromptCanvas.Generation.Storage;

namespace PromptCanvas.Generation.Worker;

/// <summary>One beat: the leases of what runs here are renewed, and what is no longer ours is stopped at once.</summary>
internal sealed class Heartbeat(
    IDbContextFactory<AppDbContext> databases, HeldLeases held, StorageFaults faults, IOptions<GenerationOptions> options, TimeProvider clock)
{
    // A lease that could not be renewed is given up this share of it before it ends: others may take the job then.
    private const double TrustedShare = 5.0 / 6;

    private long lastRenewal = clock.GetTimestamp();

    /// <summary>Synchronous on purpose: it runs on a thread of its own, whatever keeps the thread pool busy.</summary>
    /// <param name="logger">Of the thread.</param>
    public void Beat(ILogger logger)
    {
        var leases = held.All();
        if (leases.Count == 0)
        {
            lastRenewal = clock.GetTimestamp();
            return;
        }

        // Before the statement: a slow renewal counts from when it began.
        var began = clock.GetTimestamp();
        try
        {
            foreach (var lost in Renew(leases))
            {
                logger.LogWarning("Job {JobId} is no longer this worker's; it is stopped", lost.JobId);
                held.Drop(lost);
            }

            lastRenewal = began;
        }
        catch (Exception fault) when (faults.Describe(fault) is { } reason)
        {
            logger.LogError("Leases could not be renewed: {Reason}", reason);
            GiveUpWhenLate(leases, logger);
        }
    }

    /// <returns>Those that somebody else took, or ended.</returns>
    private List<HeldLease> Renew(IReadOnlyCollection<HeldLease> leases)
    {
        using var database = databases.CreateDbContext();
        var ids = leases.Select(lease => lease.JobId).ToList();
        var places = string.Join(", ", ids.Select((_, index) => $"{{{index}}}"));
        var sql = $$"""
            UPDATE "Jobs" SET "LeaseUntil" = {{QueueDialect.Of(database).Now(options.Value.Lease)}}
            WHERE "State" = 'running' AND "Id" IN ({{places}})
            """;
        database.Database.ExecuteSqlRaw(sql, [.. ids.Cast<object>()]);
        var ours = database.Jobs.Where(job => job.State == JobStates.Running && ids.Contains(job.Id))
            .Select(job => new { job.Id, job.Fence }).AsEnumerable().Select(job => new HeldLease(job.Id, job.Fence)).ToHashSet();
        return [.. leases.Where(lease => !ours.Contains(lease))];
    }

    private void GiveUpWhenLate(IReadOnlyCollection<HeldLease> leases, ILogger logger)
    {
        // A process that owns the queue alone has nobody to fear.
        if (!options.Value.SharedQueue || clock.GetElapsedTime(lastRenewal) < options.Value.Lease * TrustedShare)
        {
            return;
        }

        logger.LogError("The database was away for too long; {Count} jobs are left to whoever reaches it", leases.Count);
        foreach (var lease in leases)
        {
            held.Drop(lease);
        }
    }
}
