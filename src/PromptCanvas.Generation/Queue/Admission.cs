using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using PromptCanvas.Data;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Generation.Configuration;
using PromptCanvas.Generation.Requests;
using PromptCanvas.Generation.Storage;

namespace PromptCanvas.Generation.Queue;

/// <summary>Admits a job to the queue: checks the person's limits, charges the credits and assigns the queue position.</summary>
internal sealed class Admission(Ledger ledger, DiskQuota disk, DiskReserve reserve, QueueForecast forecast, IOptionsMonitor<QuotaOptions> options)
{
    // Retry interval for clients: the end of a pause is unknown, and one request per minute is no burden.
    private static readonly TimeSpan WhilePaused = TimeSpan.FromMinutes(1);

    /// <summary>Preparation outside the transaction.</summary>
    /// <returns>The queue's state; empty unless the job limits its waiting time.</returns>
    public async Task<QueueSnapshot> PrepareAsync(CheckedJob job, CancellationToken cancellationToken)
    {
        if (job.Job.PersonId is { } personId)
        {
            await disk.MeasureAsync(personId, cancellationToken);
        }

        return job.Job.Patience is null ? QueueSnapshot.Empty : await forecast.SnapshotAsync(cancellationToken);
    }

    /// <summary>Charges the person, in the caller's transaction, and assigns the job's queue position.</summary>
    /// <param name="queue">The result of <see cref="PrepareAsync"/>.</param>
    /// <returns>If it is refused, the caller must roll back.</returns>
    public async Task<Result> AdmitAsync(AppDbContext database, CheckedJob job, Job row, QueueSnapshot queue, CancellationToken cancellationToken)
    {
        if (reserve.IsReleased)
        {
            // The remaining space is for running jobs and for deletions.
            return new StorageFull("The disk is full; free some space and try again.");
        }

        var weight = 1.0;
        if (row.PersonId is { } personId)
        {
            // A request may have been authorized just before the account was suspended.
            if (await database.People.AnyAsync(person => person.Id == personId && person.SuspendedAt != null, cancellationToken))
            {
                return new Forbidden("This account is suspended; an administrator can reactivate it.");
            }

            if ((await disk.RefuseAsync(database, personId, bytes: 0, cancellationToken)).Refusal is { } full)
            {
                return full;
            }

            var cost = await PictureCosts.OfAsync(database, job, options.CurrentValue, cancellationToken);

            // The charge locks the person's quota, so that the count after it is exact on both databases.
            if ((await ledger.ChargeAsync(database, personId, job.Job.Role, row.Id, row.Count, cost, row.Prompt.Length > 0 ? row.Prompt : job.Job.Operation.Title, cancellationToken)).Refusal is { } exceeded)
            {
                return exceeded;
            }

            var person = await database.PersonCredits.AsNoTracking().SingleOrDefaultAsync(limits => limits.PersonId == personId, cancellationToken);
            weight = person?.Weight ?? 1;
            var limit = person?.MaximumQueued ?? options.CurrentValue.MaximumQueued;
            if (await database.Jobs.CountAsync(other => other.PersonId == personId && other.State == JobState.Queued, cancellationToken) >= limit)
            {
                return new TooManyJobs($"You have {limit} requests waiting, which is the maximum; wait for one of them or cancel one.", limit);
            }
        }

        await PlaceAsync(database, row, weight, cancellationToken);
        return job.Job.Patience is { } patience ? await CheckWaitAsync(database, row, queue, patience, cancellationToken) : Result.Done;
    }

    /// <summary>Checks the waiting time. If it refuses, the caller's rollback also undoes the charge.</summary>
    private async Task<Result> CheckWaitAsync(AppDbContext database, Job row, QueueSnapshot queue, TimeSpan patience, CancellationToken cancellationToken)
    {
        var isMeasured = forecast.IsMeasured(row);
        if (isMeasured && forecast.SecondsOf(row) is { } own && own > patience.TotalSeconds)
        {
            return new RequestTooLong(string.Create(
                CultureInfo.InvariantCulture,
                $"Making this request takes about {own:0} seconds on this machine, and clients wait {patience.TotalSeconds:0}; ask for fewer or smaller pictures."));
        }

        if (queue.PauseReason is { } reason)
        {
            return new QueueTooLong($"The queue is paused ({reason.TrimEnd('.')}), so nothing was created or charged; try again later.", WhilePaused);
        }

        var place = await forecast.PlaceAsync(database, row, queue, cancellationToken);
        return isMeasured && place.EtaSeconds is { } seconds && seconds > patience.TotalSeconds
            ? new QueueTooLong("The wait in the queue would exceed your limit, so nothing was created or charged; try again later.", TimeSpan.FromSeconds(seconds) - patience)
            : Result.Done;
    }

    /// <summary>Start-time fair queueing: the start tag is the later of the queue's current virtual time and the finish tag of the person's last job.</summary>
    /// <remarks>Source: Goyal, Vin, Cheng (1996), Start-time Fair Queueing, section 2; a job's cost is its number of pictures.</remarks>
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
