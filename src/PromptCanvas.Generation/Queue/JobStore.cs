using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Generation.Configuration;
using PromptCanvas.Generation.Requests;
using PromptCanvas.Generation.Storage;

namespace PromptCanvas.Generation.Queue;

/// <summary>The job of an idempotency key.</summary>
/// <param name="Created">False if the job existed already.</param>
/// <param name="SameBody">Whether the existing job has the same request body.</param>
internal sealed record StoredJob(Guid Id, bool Created, bool SameBody);

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

/// <summary>Writes people's submissions and cancellations.</summary>
internal sealed class JobStore(
    IDbContextFactory<AppDbContext> databases, Transactions transactions, InputPictures inputs, Admission admission, PictureOutcomes outcomes, Failpoints failpoints, TimeProvider clock)
{
    /// <summary>Inserts charge, job, pictures and ledger entries in one transaction, or returns the job that already has the key.</summary>
    public async Task<Result<StoredJob>> InsertAsync(CheckedJob job, CancellationToken cancellationToken)
    {
        var queue = await admission.PrepareAsync(job, cancellationToken);
        var stored = await transactions.RunAsync(database => InsertAsync(database, job, queue, cancellationToken), cancellationToken);
        failpoints.Hit(Failpoints.SubmitCommitted);
        return stored;
    }

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
            var indices = await open.Select(image => image.ImageIndex).ToListAsync(cancellationToken);
            var delivered = await outcomes.DeliverDecodedAsync(database, jobId, indices, cancellationToken);
            await open.ExecuteUpdateAsync(change => change.SetProperty(image => image.State, JobPictureState.Cancelled), cancellationToken);
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

        var cancelled = await PictureOutcomes.Open(database, jobId).Where(image => image.ImageIndex == imageIndex)
            .ExecuteUpdateAsync(change => change.SetProperty(image => image.State, JobPictureState.Cancelled), cancellationToken);
        if (cancelled == 0)
        {
            return false;
        }

        await outcomes.RefundAsync(database, jobId, [imageIndex], reason, cancellationToken);
        return true;
    }

    private async Task<(Result<StoredJob> Value, bool Keep)> InsertAsync(
        AppDbContext database, CheckedJob job, QueueSnapshot queue, CancellationToken cancellationToken)
    {
        if (await FindAsync(database, job, cancellationToken) is { } known)
        {
            return (known, false);
        }

        if ((await inputs.PinAsync(database, job.Inputs, cancellationToken)).Refusal is { } gone)
        {
            return (gone, false);
        }

        var row = ToRow(job);
        if ((await admission.AdmitAsync(database, job, row, queue, cancellationToken)).Refusal is { } refusal)
        {
            return (refusal, false);
        }

        database.Jobs.Add(row);
        await RemixNotices.AddAsync(database, row, cancellationToken);
        await database.SaveChangesAsync(cancellationToken);
        failpoints.Hit(Failpoints.SubmitWritten);
        return (new StoredJob(row.Id, Created: true, SameBody: true), true);
    }

    private static async Task<StoredJob?> FindAsync(AppDbContext database, CheckedJob job, CancellationToken cancellationToken)
    {
        var found = await database.Jobs
            .Where(row => row.PersonId == job.Job.PersonId && row.IdempotencyKey == job.Job.IdempotencyKey)
            .Select(row => new { row.Id, row.BodyHash })
            .SingleOrDefaultAsync(cancellationToken);
        return found is null ? null : new StoredJob(found.Id, Created: false, SameBody: found.BodyHash == job.BodyHash);
    }

    private Job ToRow(CheckedJob job)
    {
        var row = new Job
        {
            Id = Guid.NewGuid(),
            PersonId = job.Job.PersonId,
            IdempotencyKey = job.Job.IdempotencyKey,
            BodyHash = job.BodyHash,
            Kind = job.Job.Kind,
            Material = job.Job.Operation.ToJson(),
            Prompt = job.Request.Prompt,
            NegativePrompt = job.Request.NegativePrompt,
            Model = job.Model,
            Size = job.Request.Size,
            Width = job.Width,
            Height = job.Height,
            Count = job.Request.Count,
            Seed = job.Request.Seed,
            Overrides = JsonSerializer.Serialize(job.Request.Overrides, JobJson.Options),
            Visibility = job.Visibility,
            Tag = job.Job.Tag,
            BoardId = job.Job.Board,
            EndUser = job.Job.EndUser,
            State = JobState.Queued,
            Priority = job.Job.Background ? QueuePriority.Background : QueuePriority.Interactive,
            CreatedAt = clock.GetUtcNow(),
        };
        for (var index = 0; index < row.Count; index++)
        {
            row.Images.Add(new JobPicture
            {
                JobId = row.Id,
                ImageIndex = index,
                State = JobPictureState.Queued,
                Seed = job.SeedOf(index),
            });
        }

        row.Inputs.AddRange(job.Inputs.Select((input, slot) => input.ToRow(row.Id, slot)));
        return row;
    }
}
