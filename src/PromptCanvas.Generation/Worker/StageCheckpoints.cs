using System.Diagnostics.CodeAnalysis;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using PromptCanvas.Data;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Generation.Storage;

namespace PromptCanvas.Generation.Worker;

/// <summary>Keeps checkpoints of finished stages until their job is over. They are best effort: without one, the picture restarts from the beginning.</summary>
internal sealed class StageCheckpoints(StageFiles files, IDbContextFactory<AppDbContext> databases, ILogger<StageCheckpoints> logger)
{
    /// <summary>Writes a picture's checkpoints in order, without blocking the engine's stream.</summary>
    /// <param name="model">Fingerprint of the model that produced them.</param>
    /// <param name="before">The previous write for the same picture.</param>
    public async Task KeepAsync(Guid jobId, string model, StageCompleted stage, Task? before)
    {
        await (before ?? Task.CompletedTask);
        await Task.Run(() => TryAsync(() => files.SaveAsync(jobId, stage.ImageIndex, model, stage.Result, CancellationToken.None), jobId));
    }

    /// <summary>The usable checkpoints of the given pictures, by index.</summary>
    /// <param name="model">Fingerprint of the model that will resume.</param>
    public async Task<Dictionary<int, StageResult>> LoadAsync(Guid jobId, string model, IEnumerable<int> imageIndices, CancellationToken cancellationToken)
    {
        var results = new Dictionary<int, StageResult>();
        foreach (var index in imageIndices)
        {
            await TryAsync(
                async () =>
                {
                    if (await files.LoadAsync(jobId, index, model, cancellationToken) is { } result)
                    {
                        results[index] = result;
                    }
                },
                jobId);
        }

        return results;
    }

    /// <summary>Removes a job's checkpoints unless it is queued or running, or has drafts that can be finished.</summary>
    public async Task RemoveIfOverAsync(Guid jobId, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        if (!await database.Jobs.AnyAsync(job => job.Id == jobId && (job.State == JobState.Queued || job.State == JobState.Running), cancellationToken)
            && !await database.Pictures.AnyAsync(picture => picture.JobId == jobId && picture.Kind == JobKinds.Draft && picture.ContentHash != "", cancellationToken))
        {
            await TryAsync(() => files.RemoveAsync(jobId, cancellationToken), jobId);
        }
    }

    /// <summary>Removes the checkpoints of all jobs that are over.</summary>
    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        foreach (var jobId in await files.JobsAsync(cancellationToken).ToListAsync(cancellationToken))
        {
            await RemoveIfOverAsync(jobId, cancellationToken);
        }
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "A lost checkpoint only costs time.")]
    private async Task TryAsync(Func<Task> work, Guid jobId)
    {
        try
        {
            await work();
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            logger.LogWarning(fault, "The checkpoints of job {JobId} could not be written or read; its pictures may restart from the beginning", jobId);
        }
    }
}
