using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Data.Pictures;
using PromptCanvas.Generation.Credits;
using PromptCanvas.Generation.Faults;
using PromptCanvas.Generation.Jobs;
using PromptCanvas.Generation.Storage;

namespace PromptCanvas.Generation.Worker;

/// <summary>What a worker writes about a job it has claimed. Each write holds only while its fence is the row's; false or null = too late, nothing was written.</summary>
internal sealed class JobProgress(
    IDbContextFactory<AppDbContext> databases, Transactions transactions, Ledger ledger, Failpoints failpoints, TimeProvider clock)
{
    /// <summary>Whether the job is still this worker's.</summary>
    public async Task<bool> IsHeldAsync(ClaimedJob claim, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await Held(database, claim).AnyAsync(cancellationToken);
    }

    /// <summary>A picture is done: its file is in the store already.</summary>
    public async Task<bool> FinishImageAsync(ClaimedJob claim, GeneratedImage image, CancellationToken cancellationToken)
    {
        failpoints.Hit(Failpoints.PictureFile);
        var finished = await WriteAsync(claim, completed: 1, Failpoints.PictureWritten, async database =>
        {
            database.Images.Add(image);
            await database.SaveChangesAsync(cancellationToken);
            await ledger.SettleAsync(database, claim.Id, image.ImageIndex, cancellationToken);
            await ImageOf(database, claim, image.ImageIndex).ExecuteUpdateAsync(
                change => change
                    .SetProperty(row => row.State, JobImageStates.Done)
                    .SetProperty(row => row.ImageId, image.Id),
                cancellationToken);
        }, cancellationToken);
        failpoints.Hit(Failpoints.PictureCommitted);
        return finished;
    }

    /// <summary>A picture cannot be made; the others go on.</summary>
    /// <param name="reason">One sentence for the person who asked.</param>
    public Task<bool> FailImageAsync(ClaimedJob claim, int imageIndex, string reason, CancellationToken cancellationToken) =>
        WriteAsync(claim, completed: 0, null, async database =>
        {
            await ImageOf(database, claim, imageIndex).ExecuteUpdateAsync(
                change => change
                    .SetProperty(row => row.State, JobImageStates.Failed)
                    .SetProperty(row => row.Error, reason),
                cancellationToken);
            await ledger.RefundAsync(database, claim.Id, [imageIndex], reason, cancellationToken);
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
            state = job.CompletedImages > 0 ? JobState.Done : JobState.Failed;
            job.State = state == JobState.Done ? JobStates.Done : JobStates.Failed;
            job.Error = state == JobState.Failed ? job.Images.OrderBy(image => image.ImageIndex).First().Error : null;
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
        database.JobImages.Where(row => row.JobId == claim.Id && row.ImageIndex == imageIndex);

    private Task<bool> WriteAsync(
        ClaimedJob claim, int completed, string? failpoint, Func<AppDbContext, Task> write, CancellationToken cancellationToken) =>
        transactions.RunAsync(
            async database =>
            {
                // An update rather than a look: it holds the row until the commit, on both databases.
                var held = await Held(database, claim).ExecuteUpdateAsync(
                    change => change.SetProperty(job => job.CompletedImages, job => job.CompletedImages + completed), cancellationToken);
                if (held == 0)
                {
                    return (false, false);
                }

                await write(database);
                if (failpoint is not null)
                {
                    failpoints.Hit(failpoint);
                }

                return (true, true);
            },
            cancellationToken);
}
