using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using PromptCanvas.Data;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Generation.Configuration;

namespace PromptCanvas.Generation.Storage;

/// <summary>Clears drafts whose time is over. As with the trash, their rows stay for the ledger, and the sweep of the image store removes their pictures.</summary>
internal sealed class ExpiredDrafts(IDbContextFactory<AppDbContext> databases, IOptionsMonitor<GenerationOptions> options, TimeProvider clock)
{
    /// <summary>Clears the rows of expired drafts, except those that a job is finishing.</summary>
    /// <returns>The jobs that drew them.</returns>
    public async Task<IReadOnlyList<Guid>> ClearAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var limit = now - options.CurrentValue.DraftAge;
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var expired = database.Pictures.Where(draft => draft.Kind == JobKinds.Draft && draft.ContentHash != "" && draft.CreatedAt <= limit
            && !database.JobInputs.Any(input => input.ImageId == draft.Id && input.Role == JobInputRoles.Draft
                && database.Jobs.Any(job => job.Id == input.JobId && (job.State == JobState.Queued || job.State == JobState.Running))));
        var jobs = await expired.Select(draft => draft.JobId).Distinct().ToListAsync(cancellationToken);
        if (jobs.Count > 0)
        {
            await expired.ExecuteUpdateAsync(change => change.SetProperty(draft => draft.DeletedAt, now), cancellationToken);
            await Trash.ClearAsync(expired, cancellationToken);
        }

        return jobs;
    }
}
