using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Jobs;

namespace PromptCanvas.Generation.Jobs;

/// <summary>The job that a key stands for.</summary>
/// <param name="Created">False when it was there before.</param>
/// <param name="SameBody">Whether it asks for the same.</param>
internal sealed record StoredJob(Guid Id, bool Created, bool SameBody);

/// <summary>What people write into the queue.</summary>
internal sealed class JobStore(IDbContextFactory<AppDbContext> databases, TimeProvider clock)
{
    /// <summary>Writes the job and its pictures in one transaction, or finds the one that has the key already.</summary>
    /// <remarks>Charge and ledger row belong into this transaction.</remarks>
    public async Task<StoredJob> InsertAsync(CheckedJob job, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);

        // BEGIN IMMEDIATE on SQLite: a transaction that read first could not write after another writer.
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        if (await FindAsync(database, job, cancellationToken) is { } known)
        {
            return known;
        }

        var row = ToRow(job);
        database.Jobs.Add(row);
        try
        {
            await database.SaveChangesAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }
        catch (DbUpdateException)
        {
            // On PostgreSQL the same key may have been committed between our look and our insert.
            await transaction.RollbackAsync(cancellationToken);
            if (await FindAsync(database, job, cancellationToken) is { } raced)
            {
                return raced;
            }

            throw;
        }

        return new StoredJob(row.Id, Created: true, SameBody: true);
    }

    /// <summary>Cancels what is queued or running and fences its worker out; finished pictures stay.</summary>
    /// <returns>Whether it was cancelled by this call.</returns>
    public async Task<bool> CancelAsync(Guid jobId, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        var now = clock.GetUtcNow();
        var cancelled = await database.Jobs
            .Where(job => job.Id == jobId && (job.State == JobStates.Queued || job.State == JobStates.Running))
            .ExecuteUpdateAsync(
                change => change
                    .SetProperty(job => job.State, JobStates.Cancelled)
                    .SetProperty(job => job.Fence, job => job.Fence + 1)
                    .SetProperty(job => job.LeasedBy, (string?)null)
                    .SetProperty(job => job.FinishedAt, now),
                cancellationToken);
        if (cancelled == 0)
        {
            return false;
        }

        await database.JobImages
            .Where(image => image.JobId == jobId && (image.State == JobImageStates.Queued || image.State == JobImageStates.Running))
            .ExecuteUpdateAsync(change => change.SetProperty(image => image.State, JobImageStates.Cancelled), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return true;
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
