using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Generation.Credits;
using PromptCanvas.Generation.Faults;
using PromptCanvas.Generation.Results;
using PromptCanvas.Generation.Storage;

namespace PromptCanvas.Generation.Jobs;

/// <summary>The job that a key stands for.</summary>
/// <param name="Created">False when it was there before.</param>
/// <param name="SameBody">Whether it asks for the same.</param>
internal sealed record StoredJob(Guid Id, bool Created, bool SameBody);

/// <summary>What people write into the queue.</summary>
internal sealed class JobStore(
    IDbContextFactory<AppDbContext> databases, Transactions transactions, Admission admission, Ledger ledger, Failpoints failpoints, TimeProvider clock)
{
    /// <summary>Charge, job, pictures and ledger in one transaction, or the job that has the key already, or nothing at all.</summary>
    public async Task<Result<StoredJob>> InsertAsync(CheckedJob job, CancellationToken cancellationToken)
    {
        await admission.PrepareAsync(job, cancellationToken);
        var stored = await transactions.RunAsync(database => InsertAsync(database, job, cancellationToken), cancellationToken);
        failpoints.Hit(Failpoints.SubmitCommitted);
        return stored;
    }

    /// <summary>Cancels what is queued or running, fences its worker out and gives its charges back; finished pictures stay.</summary>
    /// <returns>Whether it was cancelled by this call.</returns>
    public Task<bool> CancelAsync(Guid jobId, string reason, CancellationToken cancellationToken) => transactions.RunAsync(
        async database =>
        {
            var now = clock.GetUtcNow();
            var cancelled = await database.Jobs
                .Where(job => job.Id == jobId && (job.State == JobStates.Queued || job.State == JobStates.Running))
                .ExecuteUpdateAsync(
                    change => change
                        .SetProperty(job => job.State, JobStates.Cancelled)
                        .SetProperty(job => job.Fence, job => job.Fence + 1)
                        .SetProperty(job => job.LeasedBy, (string?)null)
                        .SetProperty(job => job.LeaseUntil, (DateTimeOffset?)null)
                        .SetProperty(job => job.FinishedAt, now)

                        // What never ran takes no turn away.
                        .SetProperty(job => job.VirtualFinish, job => job.StartedAt == null ? 0 : job.VirtualFinish),
                    cancellationToken);
            if (cancelled == 0)
            {
                return (false, false);
            }

            var open = database.JobImages
                .Where(image => image.JobId == jobId && (image.State == JobImageStates.Queued || image.State == JobImageStates.Running));
            var indices = await open.Select(image => image.ImageIndex).ToListAsync(cancellationToken);
            await open.ExecuteUpdateAsync(change => change.SetProperty(image => image.State, JobImageStates.Cancelled), cancellationToken);
            await ledger.RefundAsync(database, jobId, indices, reason, cancellationToken);
            failpoints.Hit(Failpoints.CancelWritten);
            return (true, true);
        },
        cancellationToken);

    /// <summary>The jobs of a person that wait or run.</summary>
    public async Task<List<Guid>> ActiveOfAsync(Guid personId, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await database.Jobs
            .Where(job => job.PersonId == personId && (job.State == JobStates.Queued || job.State == JobStates.Running))
            .Select(job => job.Id).ToListAsync(cancellationToken);
    }

    private async Task<(Result<StoredJob> Value, bool Keep)> InsertAsync(AppDbContext database, CheckedJob job, CancellationToken cancellationToken)
    {
        if (await FindAsync(database, job, cancellationToken) is { } known)
        {
            return (known, false);
        }

        var row = ToRow(job);
        if (await admission.AdmitAsync(database, job, row, cancellationToken) is { } refusal)
        {
            return (refusal, false);
        }

        database.Jobs.Add(row);
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
            Prompt = job.Request.Prompt,
            NegativePrompt = job.Request.NegativePrompt,
            Model = job.Model,
            Size = job.Request.Size,
            Count = job.Request.Count,
            Seed = job.Request.Seed,
            Overrides = JsonSerializer.Serialize(job.Request.Overrides, JobJson.Options),
            Visibility = job.Job.Visibility,
            State = JobStates.Queued,
            Priority = job.Job.Background ? QueuePriority.Background : QueuePriority.Interactive,
            CreatedAt = clock.GetUtcNow(),
        };
        for (var index = 0; index < row.Count; index++)
        {
            row.Images.Add(new JobImage
            {
                JobId = row.Id,
                ImageIndex = index,
                State = JobImageStates.Queued,
                Seed = unchecked(job.Request.Seed + (uint)index),
            });
        }

        return row;
    }
}
