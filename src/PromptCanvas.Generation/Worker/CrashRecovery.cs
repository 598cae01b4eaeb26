using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PromptCanvas.Data;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Generation.Configuration;

namespace PromptCanvas.Generation.Worker;

/// <summary>What an earlier process left running, at start: this one holds the data folder's lock, so nobody else runs it.</summary>
internal sealed class CrashRecovery(
    IDbContextFactory<AppDbContext> databases, IOptions<GenerationOptions> options, TimeProvider clock, ILogger<CrashRecovery> logger)
{
    /// <summary>Requeues it, or gives it up after too many crashes. Finished pictures stay.</summary>
    public async Task RecoverAsync(CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        var left = await database.Jobs.Include(job => job.Images).Where(job => job.State == JobStates.Running).ToListAsync(cancellationToken);
        foreach (var job in left)
        {
            job.Fence++;
            job.CrashCount++;
            job.LeasedBy = null;
            if (job.CrashCount < options.Value.MaximumCrashes)
            {
                Requeue(job);
                logger.LogWarning("Job {JobId} was running when the studio stopped; it is queued again (crash {CrashCount})", job.Id, job.CrashCount);
            }
            else
            {
                GiveUp(job);
                logger.LogError("Job {JobId} was running at {CrashCount} crashes of the studio; it is given up", job.Id, job.CrashCount);
            }
        }

        await database.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private static void Requeue(Job job)
    {
        job.State = JobStates.Queued;
        foreach (var image in job.Images.Where(image => image.State == JobImageStates.Running))
        {
            image.State = JobImageStates.Queued;
        }
    }

    private void GiveUp(Job job)
    {
        job.State = JobStates.Failed;
        job.Error = $"The studio stopped {job.CrashCount} times while it made this request, so it was given up; try another prompt or size.";
        job.FinishedAt = clock.GetUtcNow();
        foreach (var image in job.Images.Where(image => image.State is JobImageStates.Running or JobImageStates.Queued))
        {
            image.State = JobImageStates.Failed;
            image.Error = job.Error;
        }
    }
}
