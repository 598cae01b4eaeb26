using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Jobs;

namespace PromptCanvas.Generation.Worker;

/// <summary>Prefers a job of the same person whose model is already in use over that person's next job with another model.</summary>
/// <remarks>Reorders only within one person and priority, so that other people's turns do not change. Source of the rule and its window: InvokeAI.</remarks>
internal sealed class ModelAffinity
{
    /// <summary>Number of the person's queued jobs that are considered.</summary>
    public const int Window = 32;

    /// <summary>How many times a job may be passed over.</summary>
    public const int MaximumDeferrals = 8;

    private volatile string? atWork;

    public void Worked(string model) => atWork = model;

    /// <returns>The job to claim first; null = keep the queue order.</returns>
    public async Task<Guid?> PreferAsync(AppDbContext database, IQueryable<Job> inOrder, CancellationToken cancellationToken)
    {
        if (atWork is not { } model)
        {
            return null;
        }

        var head = await inOrder.Select(job => new { job.Id, job.PersonId, job.Priority, job.Model, job.Deferred }).FirstOrDefaultAsync(cancellationToken);
        if (head is null || head.Model == model || head.Deferred >= MaximumDeferrals)
        {
            return null;
        }

        var window = await inOrder.Where(job => job.PersonId == head.PersonId && job.Priority == head.Priority)
            .Select(job => new { job.Id, job.Model }).Take(Window).ToListAsync(cancellationToken);
        if (window.Find(job => job.Model == model) is not { } preferred)
        {
            return null;
        }

        await database.Jobs.Where(job => job.Id == head.Id)
            .ExecuteUpdateAsync(change => change.SetProperty(job => job.Deferred, job => job.Deferred + 1), cancellationToken);
        return preferred.Id;
    }
}
