using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Access;
using PromptCanvas.Data.Bias;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Generation.Storage;

namespace PromptCanvas.Generation.Bias;

/// <summary>Cancels the open jobs of an audit that was stopped.</summary>
internal sealed class BiasCancellation(IDbContextFactory<AppDbContext> databases, ICancellations cancellations)
{
    private const string Reason = "The bias audit was stopped.";

    /// <param name="actor">An administrator.</param>
    public async Task CancelJobsAsync(Actor actor, BiasAudit audit, CancellationToken cancellationToken)
    {
        var keys = JobJson.Read<BiasPlan>(audit.Plan) is { } plan ? BiasBatch.Of(plan).Select(batch => batch.KeyOf(audit.Id)).ToList() : [];
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var open = await database.Jobs
            .Where(job => job.PersonId == audit.PersonId && keys.Contains(job.IdempotencyKey) && (job.State == JobState.Queued || job.State == JobState.Running))
            .Select(job => job.Id).ToListAsync(cancellationToken);
        foreach (var job in open)
        {
            await cancellations.CancelAsync(actor, job, Reason, cancellationToken);
        }
    }
}
