using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Boards;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Data.Pictures;
using PromptCanvas.Generation.Configuration;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Generation.Storage;

namespace PromptCanvas.Generation.Worker;

/// <summary>What became of a worker's write about a picture.</summary>
internal enum PictureWrite
{
    Written,

    /// <summary>Somebody cancelled the picture; the rest of its job is still this worker's.</summary>
    Unwanted,

    /// <summary>The job is no longer this worker's.</summary>
    Fenced,
}

/// <summary>What a worker writes about a job it has claimed. Each write holds only while its fence is the row's; false or null = too late, nothing was written.</summary>
internal sealed class JobProgress(
    IDbContextFactory<AppDbContext> databases, Transactions transactions, Ledger ledger, Failpoints failpoints, TimeProvider clock)
{
    /// <summary>The pictures that are still to be made; null when the job is no longer this worker's.</summary>
    public async Task<IReadOnlyList<int>?> OpenImagesAsync(ClaimedJob claim, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await Held(database, claim).AnyAsync(cancellationToken)
            ? await database.JobImages.Where(image => image.JobId == claim.Id && image.State == JobImageStates.Running)
                .Select(image => image.ImageIndex).ToListAsync(cancellationToken)
            : null;
    }

    /// <summary>A picture is done: its file is in the store already.</summary>
    public async Task<PictureWrite> FinishImageAsync(ClaimedJob claim, GeneratedImage image, CancellationToken cancellationToken)
    {
        failpoints.Hit(Failpoints.PictureFile);
        var finished = await WriteImageAsync(claim, completed: 1, Failpoints.PictureWritten, async database =>
        {
            var done = await ImageOf(database, claim, image.ImageIndex).ExecuteUpdateAsync(
                change => change
                    .SetProperty(row => row.State, JobImageStates.Done)

                    // Another one than was planned, where that gave no picture.
                    .SetProperty(row => row.Seed, image.Seed)
                    .SetProperty(row => row.ImageId, image.Id),
                cancellationToken);
            if (done == 0)
            {
                return false;
            }

            database.Images.Add(image);
            if (claim.Job.BoardId is { } boardId && await database.Boards.AnyAsync(board => board.Id == boardId, cancellationToken))
            {
                database.BoardPictures.Add(new BoardPicture { BoardId = boardId, ImageId = image.Id, At = clock.GetUtcNow() });
            }

            await database.SaveChangesAsync(cancellationToken);
            await ledger.SettleAsync(database, claim.Id, image.ImageIndex, cancellationToken);
            return true;
        }, cancellationToken);
        failpoints.Hit(Failpoints.PictureCommitted);
        return finished;
    }

    /// <summary>A picture cannot be made; the others go on.</summary>
    /// <param name="reason">One sentence for the person who asked.</param>
    public Task<PictureWrite> FailImageAsync(ClaimedJob claim, int imageIndex, string reason, CancellationToken cancellationToken) =>
        GiveUpImageAsync(claim, imageIndex, JobImageStates.Failed, reason, cancellationToken);

    /// <summary>A picture is not shown to anybody; the others go on.</summary>
    /// <param name="reason">One sentence for the person who asked.</param>
    public Task<PictureWrite> RejectImageAsync(ClaimedJob claim, int imageIndex, string reason, CancellationToken cancellationToken) =>
        GiveUpImageAsync(claim, imageIndex, JobImageStates.Rejected, reason, cancellationToken);

    private Task<PictureWrite> GiveUpImageAsync(ClaimedJob claim, int imageIndex, string state, string reason, CancellationToken cancellationToken) =>
        WriteImageAsync(claim, completed: 0, null, async database =>
        {
            var failed = await ImageOf(database, claim, imageIndex).ExecuteUpdateAsync(
                change => change
                    .SetProperty(row => row.State, state)
                    .SetProperty(row => row.Error, reason),
                cancellationToken);
            if (failed == 0)
            {
                return false;
            }

            await ledger.RefundAsync(database, claim.Id, [imageIndex], reason, cancellationToken);
            return true;
        }, cancellationToken);

    /// <summary>The job is over: done when it has a picture, failed when it has none.</summary>
    /// <param name="reason">Why pictures are missing that neither came nor failed.</param>
    public async Task<JobState?> EndAsync(ClaimedJob claim, string reason, CancellationToken cancellationToken)
    {
        JobState? state = null;
        await WriteAsync(claim, completed: 0, Failpoints.EndWritten, async database =>
        {
            var open = database.JobImages.Where(image => image.JobId == claim.Id && image.State == JobImageStates.Running);
            var missing = await open.Select(image => image.ImageIndex).ToListAsync(cancellationToken);
            await open.ExecuteUpdateAsync(
                change => change.SetProperty(row => row.State, JobImageStates.Failed).SetProperty(row => row.Error, reason), cancellationToken);
            await ledger.RefundAsync(database, claim.Id, missing, reason, cancellationToken);
            var job = await database.Jobs.Include(row => row.Images).SingleAsync(row => row.Id == claim.Id, cancellationToken);
            (job.State, job.Error) = JobEnd.Of(job);
            state = Enum.Parse<JobState>(job.State, ignoreCase: true);
            job.LeasedBy = null;
            job.LeaseUntil = null;
            job.FinishedAt = clock.GetUtcNow();
            await database.SaveChangesAsync(cancellationToken);
        }, cancellationToken);
        failpoints.Hit(Failpoints.EndCommitted);
        return state;
    }

    /// <summary>Back to the queue with what is missing; the crash count stays as it is.</summary>
    /// <param name="pause">How long it rests first.</param>
    public Task<bool> HandBackAsync(ClaimedJob claim, TimeSpan pause, CancellationToken cancellationToken) =>
        WriteAsync(claim, completed: 0, null, async database =>
        {
            DateTimeOffset? notBefore = pause > TimeSpan.Zero ? clock.GetUtcNow() + pause : null;
            await database.Jobs.Where(job => job.Id == claim.Id).ExecuteUpdateAsync(
                change => change
                    .SetProperty(job => job.State, JobStates.Queued)
                    .SetProperty(job => job.LeasedBy, (string?)null)
                    .SetProperty(job => job.LeaseUntil, (DateTimeOffset?)null)
                    .SetProperty(job => job.NotBefore, notBefore),
                cancellationToken);
            await database.JobImages
                .Where(image => image.JobId == claim.Id && image.State == JobImageStates.Running)
                .ExecuteUpdateAsync(change => change.SetProperty(row => row.State, JobImageStates.Queued), cancellationToken);
        }, cancellationToken);

    private static IQueryable<Job> Held(AppDbContext database, ClaimedJob claim) =>
        database.Jobs.Where(job => job.Id == claim.Id && job.Fence == claim.Fence && job.State == JobStates.Running);

    private static IQueryable<JobImage> ImageOf(AppDbContext database, ClaimedJob claim, int imageIndex) =>
        database.JobImages.Where(row => row.JobId == claim.Id && row.ImageIndex == imageIndex && row.State == JobImageStates.Running);

    private async Task<bool> WriteAsync(
        ClaimedJob claim, int completed, string? failpoint, Func<AppDbContext, Task> write, CancellationToken cancellationToken) =>
        await WriteImageAsync(
            claim,
            completed,
            failpoint,
            async database =>
            {
                await write(database);
                return true;
            },
            cancellationToken) == PictureWrite.Written;

    private Task<PictureWrite> WriteImageAsync(
        ClaimedJob claim, int completed, string? failpoint, Func<AppDbContext, Task<bool>> write, CancellationToken cancellationToken) =>
        transactions.RunAsync(
            async database =>
            {
                // An update rather than a look: it holds the row until the commit, on both databases.
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
