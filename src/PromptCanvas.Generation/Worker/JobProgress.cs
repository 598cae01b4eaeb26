using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Data.Pictures;
using PromptCanvas.Generation.Configuration;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Generation.Requests.Operations;
using PromptCanvas.Generation.Storage;

namespace PromptCanvas.Generation.Worker;

/// <summary>Outcome of a worker's write about a picture.</summary>
internal enum PictureWrite
{
    Written,

    /// <summary>The picture was cancelled; the rest of the job is still leased to this worker.</summary>
    Unwanted,

    /// <summary>The job is no longer leased to this worker.</summary>
    Fenced,
}

/// <summary>A worker's writes about a claimed job. Each write checks the fencing token; false or null = the lease was lost and nothing was written.</summary>
internal sealed class JobProgress(
    IDbContextFactory<AppDbContext> databases, Transactions transactions, PictureOutcomes outcomes, Failpoints failpoints, TimeProvider clock)
{
    /// <summary>Indices of the pictures still to be generated; null if the lease was lost.</summary>
    public async Task<IReadOnlyList<int>?> OpenPicturesAsync(ClaimedJob claim, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await Held(database, claim).AnyAsync(cancellationToken)
            ? await database.JobPictures.Where(picture => picture.JobId == claim.Id && picture.State == JobPictureState.Running)
                .Select(picture => picture.ImageIndex).ToListAsync(cancellationToken)
            : null;
    }

    /// <summary>The prompt that the job's pictures keep: its own, or its source's where they show the same content.</summary>
    public async Task<string> PromptOfPicturesAsync(Job job, CancellationToken cancellationToken)
    {
        if (job.Prompt.Length > 0 || OperationDefinitions.Find(job.Kind) is not { KeepsSourcePrompt: true })
        {
            return job.Prompt;
        }

        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await (
            from input in database.JobInputs
            where input.JobId == job.Id && input.Role == JobInputRoles.Source
            join source in database.Pictures on input.ImageId equals source.Id
            select source.Prompt).FirstOrDefaultAsync(cancellationToken) ?? "";
    }

    /// <summary>Records a finished picture. Its file must already be in the store.</summary>
    public async Task<PictureWrite> FinishPictureAsync(ClaimedJob claim, Picture picture, CancellationToken cancellationToken)
    {
        failpoints.Hit(Failpoints.PictureFile);
        var finished = await WritePictureAsync(claim, completed: 1, Failpoints.PictureWritten, database =>
            outcomes.DeliverAsync(database, PictureOf(database, claim, picture.ImageIndex), picture, claim.Job.BoardId, cancellationToken), cancellationToken);
        failpoints.Hit(Failpoints.PictureCommitted);
        return finished;
    }

    /// <summary>Records the small picture of a finished decoder stage; cancelling delivers it from now on. Its files must already be in the store.</summary>
    public Task<PictureWrite> RecordDecodedAsync(ClaimedJob claim, DecodedPicture picture, CancellationToken cancellationToken) =>
        WritePictureAsync(claim, completed: 0, null, async database =>
        {
            if (!await PictureOf(database, claim, picture.ImageIndex).AnyAsync(cancellationToken))
            {
                return false;
            }

            // A picture that restarted from the beginning has one already.
            await database.DecodedPictures.Where(row => row.JobId == picture.JobId && row.ImageIndex == picture.ImageIndex).ExecuteDeleteAsync(cancellationToken);
            database.DecodedPictures.Add(picture);
            await database.SaveChangesAsync(cancellationToken);
            return true;
        }, cancellationToken);

    /// <summary>Marks a picture as failed and refunds it; the job's other pictures continue.</summary>
    /// <param name="reason">One sentence for the person who asked.</param>
    public Task<PictureWrite> FailPictureAsync(ClaimedJob claim, int imageIndex, string reason, CancellationToken cancellationToken) =>
        GiveUpPictureAsync(claim, imageIndex, JobPictureState.Failed, reason, cancellationToken);

    /// <summary>Marks a picture as rejected by a content rule and refunds it; the job's other pictures continue.</summary>
    /// <param name="reason">One sentence for the person who asked.</param>
    public Task<PictureWrite> RejectPictureAsync(ClaimedJob claim, int imageIndex, string reason, CancellationToken cancellationToken) =>
        GiveUpPictureAsync(claim, imageIndex, JobPictureState.Rejected, reason, cancellationToken);

    private Task<PictureWrite> GiveUpPictureAsync(ClaimedJob claim, int imageIndex, JobPictureState state, string reason, CancellationToken cancellationToken) =>
        WritePictureAsync(claim, completed: 0, null, async database =>
        {
            var failed = await PictureOf(database, claim, imageIndex).ExecuteUpdateAsync(
                change => change
                    .SetProperty(row => row.State, state)
                    .SetProperty(row => row.Error, reason),
                cancellationToken);
            if (failed == 0)
            {
                return false;
            }

            await outcomes.RefundAsync(database, claim.Id, [imageIndex], reason, cancellationToken);
            return true;
        }, cancellationToken);

    /// <summary>Ends the job: done if it has any picture, otherwise failed.</summary>
    /// <param name="reason">Recorded for pictures that neither finished nor failed.</param>
    public async Task<JobState?> EndAsync(ClaimedJob claim, string reason, CancellationToken cancellationToken)
    {
        JobState? state = null;
        await WriteAsync(claim, completed: 0, Failpoints.EndWritten, async database =>
        {
            var open = database.JobPictures.Where(picture => picture.JobId == claim.Id && picture.State == JobPictureState.Running);
            var missing = await open.Select(picture => picture.ImageIndex).ToListAsync(cancellationToken);
            await open.ExecuteUpdateAsync(
                change => change.SetProperty(row => row.State, JobPictureState.Failed).SetProperty(row => row.Error, reason), cancellationToken);
            await outcomes.RefundAsync(database, claim.Id, missing, reason, cancellationToken);
            var job = await database.Jobs.Include(row => row.Images).SingleAsync(row => row.Id == claim.Id, cancellationToken);
            (job.State, job.Error) = JobEnd.Of(job);
            state = job.State;
            job.LeasedBy = null;
            job.LeaseUntil = null;
            job.FinishedAt = clock.GetUtcNow();
            await database.SaveChangesAsync(cancellationToken);
        }, cancellationToken);
        failpoints.Hit(Failpoints.EndCommitted);
        return state;
    }

    /// <summary>Returns the job to the queue with its unfinished pictures. The crash count does not change.</summary>
    /// <param name="pause">Delay before the job is due again.</param>
    public Task<bool> HandBackAsync(ClaimedJob claim, TimeSpan pause, CancellationToken cancellationToken) =>
        WriteAsync(claim, completed: 0, null, async database =>
        {
            DateTimeOffset? notBefore = pause > TimeSpan.Zero ? clock.GetUtcNow() + pause : null;
            await database.Jobs.Where(job => job.Id == claim.Id).ExecuteUpdateAsync(
                change => change
                    .SetProperty(job => job.State, JobState.Queued)
                    .SetProperty(job => job.LeasedBy, (string?)null)
                    .SetProperty(job => job.LeaseUntil, (DateTimeOffset?)null)
                    .SetProperty(job => job.NotBefore, notBefore),
                cancellationToken);
            await database.JobPictures
                .Where(picture => picture.JobId == claim.Id && picture.State == JobPictureState.Running)
                .ExecuteUpdateAsync(change => change.SetProperty(row => row.State, JobPictureState.Queued), cancellationToken);
        }, cancellationToken);

    private static IQueryable<Job> Held(AppDbContext database, ClaimedJob claim) =>
        database.Jobs.Where(job => job.Id == claim.Id && job.Fence == claim.Fence && job.State == JobState.Running);

    private static IQueryable<JobPicture> PictureOf(AppDbContext database, ClaimedJob claim, int imageIndex) =>
        database.JobPictures.Where(row => row.JobId == claim.Id && row.ImageIndex == imageIndex && row.State == JobPictureState.Running);

    private async Task<bool> WriteAsync(
        ClaimedJob claim, int completed, string? failpoint, Func<AppDbContext, Task> write, CancellationToken cancellationToken) =>
        await WritePictureAsync(
            claim,
            completed,
            failpoint,
            async database =>
            {
                await write(database);
                return true;
            },
            cancellationToken) == PictureWrite.Written;

    private Task<PictureWrite> WritePictureAsync(
        ClaimedJob claim, int completed, string? failpoint, Func<AppDbContext, Task<bool>> write, CancellationToken cancellationToken) =>
        transactions.RunAsync(
            async database =>
            {
                // An update instead of a query: it locks the row until the commit on both databases.
                var held = await Held(database, claim).ExecuteUpdateAsync(
                    change => change.SetProperty(job => job.CompletedImages, job => job.CompletedImages + completed), cancellationToken);
                if (held == 0)
                {
                    return (PictureWrite.Fenced, false);
                }

                if (!await write(database))
                {
                    return (PictureWrite.Unwanted, false);
                }

                if (failpoint is not null)
                {
                    failpoints.Hit(failpoint);
                }

                return (PictureWrite.Written, true);
            },
            cancellationToken);
}
