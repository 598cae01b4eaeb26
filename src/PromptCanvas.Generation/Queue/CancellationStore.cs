using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Generation.Configuration;
using PromptCanvas.Generation.Storage;

namespace PromptCanvas.Generation.Queue;

/// <summary>Outcome of cancelling one picture.</summary>
internal enum PictureCancel
{
    /// <summary>The picture was already finished or cancelled.</summary>
    TooLate,

    /// <summary>Cancelled; other pictures of the job continue.</summary>
    Cancelled,

    /// <summary>Cancelled; it was the last open picture, so the job is over.</summary>
    JobOver,
}

/// <summary>Writes cancellations.</summary>
internal sealed class CancellationStore(
    IDbContextFactory<AppDbContext> databases, Transactions transactions, PictureOutcomes outcomes, Failpoints failpoints, TimeProvider clock)
{
    /// <summary>Cancels a queued or running job and fences out its worker. Open pictures are refunded, or kept small where their decoder stage has
    /// finished; finished pictures remain.</summary>
    /// <returns>Whether this call cancelled the job.</returns>
    public Task<bool> CancelAsync(Guid jobId, CancelReason reason, CancellationToken cancellationToken) => transactions.RunAsync(
        async database =>
        {
            var now = clock.GetUtcNow();
            var error = reason.ForTheJob ? reason.Text : null;
            var cancelled = await database.Jobs
                .Where(job => job.Id == jobId && (job.State == JobState.Queued || job.State == JobState.Running))
                .ExecuteUpdateAsync(
                    change => change
                        .SetProperty(job => job.State, JobState.Cancelled)
                        .SetProperty(job => job.Fence, job => job.Fence + 1)
                        .SetProperty(job => job.LeasedBy, (string?)null)
                        .SetProperty(job => job.LeaseUntil, (DateTimeOffset?)null)
                        .SetProperty(job => job.FinishedAt, now)
                        .SetProperty(job => job.Error, error)

                        // A job that never ran does not count against the person's share.
                        .SetProperty(job => job.VirtualFinish, job => job.StartedAt == null ? 0 : job.VirtualFinish),
                    cancellationToken);
            if (cancelled == 0)
            {
                return (false, false);
            }

            var open = PictureOutcomes.Open(database, jobId);
            var indices = await open.Select(picture => picture.ImageIndex).ToListAsync(cancellationToken);
            var delivered = await outcomes.DeliverDecodedAsync(database, jobId, indices, cancellationToken);
            await open.ExecuteUpdateAsync(change => change.SetProperty(picture => picture.State, JobPictureState.Cancelled), cancellationToken);
            await outcomes.RefundAsync(database, jobId, [.. indices.Except(delivered)], reason.Text, cancellationToken);
            failpoints.Hit(Failpoints.CancelWritten);
            return (true, true);
        },
        cancellationToken);

    /// <summary>Cancels one unfinished picture and refunds it, or keeps it small if its decoder stage has finished. Ends the job if no open picture is left.</summary>
    public Task<PictureCancel> CancelPictureAsync(Guid jobId, int imageIndex, string reason, CancellationToken cancellationToken) => transactions.RunAsync(
        async database =>
        {
            // An update instead of a query: it locks the row until the commit on both databases.
            var active = await database.Jobs
                .Where(job => job.Id == jobId && (job.State == JobState.Queued || job.State == JobState.Running))
                .ExecuteUpdateAsync(change => change.SetProperty(job => job.CompletedImages, job => job.CompletedImages), cancellationToken);
            if (active == 0 || !await CancelPictureAsync(database, jobId, imageIndex, reason, cancellationToken))
            {
                return (PictureCancel.TooLate, false);
            }

            if (await PictureOutcomes.Open(database, jobId).AnyAsync(cancellationToken))
            {
                return (PictureCancel.Cancelled, true);
            }

            var job = await database.Jobs.Include(row => row.Images).SingleAsync(row => row.Id == jobId, cancellationToken);
            (job.State, job.Error) = JobEnd.Of(job);
            job.Fence++;
            (job.LeasedBy, job.LeaseUntil, job.FinishedAt) = (null, null, clock.GetUtcNow());
            await database.SaveChangesAsync(cancellationToken);
            return (PictureCancel.JobOver, true);
        },
        cancellationToken);

    /// <summary>A person's queued and running jobs.</summary>
    public async Task<List<Guid>> ActiveOfAsync(Guid personId, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await database.Jobs
            .Where(job => job.PersonId == personId && (job.State == JobState.Queued || job.State == JobState.Running))
            .Select(job => job.Id).ToListAsync(cancellationToken);
    }

    /// <returns>False if the picture was over already.</returns>
    private async Task<bool> CancelPictureAsync(AppDbContext database, Guid jobId, int imageIndex, string reason, CancellationToken cancellationToken)
    {
        if ((await outcomes.DeliverDecodedAsync(database, jobId, [imageIndex], cancellationToken)).Count > 0)
        {
            return true;
        }

        var cancelled = await PictureOutcomes.Open(database, jobId).Where(picture => picture.ImageIndex == imageIndex)
            .ExecuteUpdateAsync(change => change.SetProperty(picture => picture.State, JobPictureState.Cancelled), cancellationToken);
        if (cancelled == 0)
        {
            return false;
        }

        await outcomes.RefundAsync(database, jobId, [imageIndex], reason, cancellationToken);
        return true;
    }
}
