using System.Diagnostics.CodeAnalysis;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using PromptCanvas.Data;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Generation.Storage;

namespace PromptCanvas.Generation.Worker;

/// <summary>Keeps what the finished stages of pictures gave while their job is not over. All of it may be lost: the pictures then begin anew.</summary>
internal sealed class StageCheckpoints(StageFiles files, IDbContextFactory<AppDbContext> databases, ILogger<StageCheckpoints> logger)
{
    /// <summary>Writes a picture's results one after the other, beside the engine's stream.</summary>
    /// <param name="model">The fingerprint of the model that made them.</param>
    /// <param name="before">The same picture's last write.</param>
    public async Task KeepAsync(Guid jobId, string model, StageCompleted stage, Task? before)
    {
        await (before ?? Task.CompletedTask);
        await Task.Run(() => Try(() => files.Save(jobId, stage.ImageIndex, model, stage.Result), jobId));
    }

    /// <summary>What there is of some pictures, by index.</summary>
    /// <param name="model">The fingerprint of the model that is to go on.</param>
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

    /// <summary>Removes what is kept of a job unless it is still to be made.</summary>
    public async Task RemoveIfOverAsync(Guid jobId, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        if (!await database.Jobs.AnyAsync(job => job.Id == jobId && (job.State == JobStates.Queued || job.State == JobStates.Running), cancellationToken))
        {
            Try(() => files.Remove(jobId), jobId);
        }
    }

    /// <summary>Removes what is kept of every job that is over.</summary>
    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        foreach (var jobId in files.Jobs().ToList())
        {
            await RemoveIfOverAsync(jobId, cancellationToken);
        }
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "What cannot be kept or read costs time only.")]
    private void Try(Action work, Guid jobId)
    {
        try
        {
            work();
        }
        catch (Exception fault)
        {
            logger.LogWarning(fault, "The stages of job {JobId} could not be kept or read; its pictures may begin anew", jobId);
        }
    }
}
