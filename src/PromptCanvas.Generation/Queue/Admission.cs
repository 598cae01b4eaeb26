using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using PromptCanvas.Data;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Generation.Configuration;
using PromptCanvas.Generation.Requests;
using PromptCanvas.Generation.Results;
using PromptCanvas.Generation.Storage;

namespace PromptCanvas.Generation.Queue;

/// <summary>What a person must pass to put a job into the queue, and where in it the job then stands.</summary>
internal sealed class Admission(Ledger ledger, DiskQuota disk, DiskReserve reserve, QueueForecast forecast, IOptions<QuotaOptions> options)
{
    // Nobody knows when an administrator lets it run again; a program that asks once a minute is no burden.
    private static readonly TimeSpan WhilePaused = TimeSpan.FromMinutes(1);

    /// <summary>What is better done before the transaction.</summary>
    /// <returns>The queue as it is; empty where nobody's patience depends on it.</returns>
    public async Task<QueueSnapshot> PrepareAsync(CheckedJob job, CancellationToken cancellationToken)
    {
        if (job.Job.PersonId is { } personId)
        {
            await disk.MeasureAsync(personId, cancellationToken);
        }

        return job.Job.Patience is null ? QueueSnapshot.Empty : await forecast.SnapshotAsync(cancellationToken);
    }

    /// <summary>Charges the person, within the caller's transaction, and gives the job its place.</summary>
    /// <param name="queue">As <see cref="PrepareAsync"/> found it.</param>
    /// <returns>Null, or why not: the caller rolls back.</returns>
    public async Task<Refusal?> AdmitAsync(AppDbContext database, CheckedJob job, Job row, QueueSnapshot queue, CancellationToken cancellationToken)
    {
        if (reserve.IsReleased)
        {
            // What little room there is belongs to what runs, and to who deletes.
            return new StorageFull("The disk is full; free some space and try again.");
        }

        var weight = 1.0;
        if (row.PersonId is { } personId)
        {
            // Whoever was let in a moment before the suspension is not served after it.
            if (await database.People.AnyAsync(person => person.Id == personId && person.SuspendedAt != null, cancellationToken))
            {
                return new Forbidden("This account is suspended; an administrator can let it in again.");
            }

            if (await disk.RefuseAsync(database, personId, bytes: 0, cancellationToken) is { } noRoom)
            {
                return noRoom;
            }

            // The charge locks the person's quota, so that the count after it is exact on both databases.
            if (await ledger.ChargeAsync(database, personId, job.Job.Role, row.Id, row.Count, JobTitles.Of(row.Kind, row.Prompt, job.Job.Material), cancellationToken) is { } exceeded)
            {
                return exceeded;
            }

            var person = await database.PersonCredits.AsNoTracking().SingleOrDefaultAsync(limits => limits.PersonId == personId, cancellationToken);
            weight = person?.Weight ?? 1;
            var limit = person?.MaximumQueued ?? options.Value.MaximumQueued;
            if (await database.Jobs.CountAsync(other => other.PersonId == personId && other.State == JobStates.Queued, cancellationToken) >= limit)
            {
                return new TooManyJobs($"You have {limit} requests waiting, which is as many as may; wait for one of them or cancel one.", limit);
            }
        }

        await PlaceAsync(database, row, weight, cancellationToken);
        return job.Job.Patience is { } patience ? await RefuseToWaitAsync(database, row, queue, patience, cancellationToken) : null;
    }

    /// <summary>The charge above is this transaction's: the caller's roll-back takes it away with the rest, and nobody ever sees it.</summary>
    private async Task<QueueTooLong?> RefuseToWaitAsync(AppDbContext database, Job row, QueueSnapshot queue, TimeSpan patience, CancellationToken cancellationToken)
    {
        if (queue.PauseReason is { } reason)
        {
            return new QueueTooLong($"The queue is paused ({reason.TrimEnd('.')}), so nothing was made or charged; try again later.", WhilePaused);
        }

        var place = await forecast.PlaceAsync(database, row, queue, cancellationToken);
        return place.EtaSeconds is { } seconds && seconds > patience.TotalSeconds
            ? new QueueTooLong("The queue is longer than you wait, so nothing was made or charged; try again later.", TimeSpan.FromSeconds(seconds) - patience)
            : null;
    }

    /// <summary>Start-time fair queueing: a job starts where the queue is now, or where the person's last one ends, whichever is later.</summary>
    /// <remarks>Source: Goyal, Vin, Cheng (1996), Start-time Fair Queueing, section 2; the cost of a job is its pictures.</remarks>
    private static async Task PlaceAsync(AppDbContext database, Job row, double weight, CancellationToken cancellationToken)
    {
        var now = await database.Jobs
            .Where(job => job.Priority == row.Priority && job.StartedAt != null)
            .OrderByDescending(job => job.VirtualTime).Select(job => job.VirtualTime).FirstOrDefaultAsync(cancellationToken);
        var own = await database.Jobs
            .Where(job => job.PersonId == row.PersonId && job.Priority == row.Priority)
            .OrderByDescending(job => job.VirtualFinish).Select(job => job.VirtualFinish).FirstOrDefaultAsync(cancellationToken);
        row.VirtualTime = Math.Max(now, own);
        row.VirtualFinish = row.VirtualTime + (row.Count / weight);
    }
}
