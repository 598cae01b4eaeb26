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
        await Task.Run(() => Try(() => files.Save(jobId, stage.ImageIndex, model, stage.Result), jobId));
    }

    /// <summary>The usable checkpoints of the given pictures, by index.</summary>
    /// <param name="model">Fingerprint of the model that will resume.</param>
    public Dictionary<int, StageResult> Load(Guid jobId, string model, IEnumerable<int> imageIndices)
    {
        var results = new Dictionary<int, StageResult>();
        foreach (var index in imageIndices)
        {
            Try(() =>
            {
                if (files.Load(jobId, index, model) is { } result)
                {
                    results[index] = result;
                }
            }, jobId);
        }

        return results;
    }

    /// <summary>Removes a job's checkpoints unless it is queued or running.</summary>
    public async Task RemoveIfOverAsync(Guid jobId, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        if (!await database.Jobs.AnyAsync(job => job.Id == jobId && (job.State == JobState.Queued || job.State == JobState.Running), cancellationToken))
        {
            Try(() => files.Remove(jobId), jobId);
        }
    }

    /// <summary>Removes the checkpoints of all jobs that are over.</summary>
    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        foreach (var jobId in files.Jobs().ToList())
        {
            await RemoveIfOverAsync(jobId, cancellationToken);
        }
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "A lost checkpoint only costs time.")]
    private void Try(Action work, Guid jobId)
    {
        try
        {
            work();
        }
        catch (Exception fault)
        {
            logger.LogWarning(fault, "The checkpoints of job {JobId} could not be written or read; its pictures may restart from the beginning", jobId);
        }
    }
}
