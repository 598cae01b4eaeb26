using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Jobs;

namespace PromptCanvas.Generation.Worker;

/// <summary>Lets another job of the same person go before the next one, when its model is the one at work and the next one's is not.</summary>
/// <remarks>Only among the jobs of one person and one priority, so nobody's turn moves; the rule and its window are InvokeAI's.</remarks>
internal sealed class ModelAffinity
{
    /// <summary>How far into a person's own jobs it looks.</summary>
    public const int Window = 32;

    /// <summary>How often one job may be passed over.</summary>
    public const int MaximumDeferrals = 8;

    private volatile string? atWork;

    public void Worked(string model) => atWork = model;

    /// <returns>The job that goes first for its model; null = the order stands.</returns>
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
