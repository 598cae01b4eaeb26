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

/// <summary>Writes people's submissions.</summary>
internal sealed class JobStore(Transactions transactions, InputPictures inputs, Admission admission, Failpoints failpoints, TimeProvider clock)
{
    /// <summary>Inserts charge, job, pictures and ledger entries in one transaction, or returns the job that already has the key.</summary>
    public async Task<Result<StoredJob>> InsertAsync(CheckedJob job, CancellationToken cancellationToken)
    {
        var queue = await admission.PrepareAsync(job, cancellationToken);
        var stored = await transactions.RunAsync(database => InsertAsync(database, job, queue, cancellationToken), cancellationToken);
        failpoints.Hit(Failpoints.SubmitCommitted);
        return stored;
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

        if ((await InputPictures.CheckDraftsAsync(database, job.Inputs, cancellationToken)).Refusal is { } taken)
        {
            return (taken, false);
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
            Squares = job.Squares,
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
