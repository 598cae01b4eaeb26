using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using PromptCanvas.Data;
using PromptCanvas.Data.Access;
using PromptCanvas.Data.Jobs;

namespace PromptCanvas.Generation.Queue;

/// <inheritdoc/>
internal sealed class ResponseDelivery(IDbContextFactory<AppDbContext> databases, StorageFaultGuard writes, TimeProvider clock, ILogger<ResponseDelivery> logger) : IResponseDelivery
{
    private const int MostOpen = 50;

    public async Task<IReadOnlyList<Guid>> FindOpenAsync(Actor actor, string keyPrefix, TimeSpan maximumAge, CancellationToken cancellationToken)
    {
        var since = clock.GetUtcNow() - maximumAge;
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await database.Jobs.VisibleTo(actor)
            .Where(job => job.IdempotencyKey.StartsWith(keyPrefix) && job.CreatedAt >= since && job.AnsweredAt == null
                && (job.State == JobState.Queued || job.State == JobState.Running || job.State == JobState.Done))
            .OrderByDescending(job => job.CreatedAt).Select(job => job.Id).Take(MostOpen).ToListAsync(cancellationToken);
    }

    public async Task<KeyedJobs> FindByKeyAsync(Actor actor, string key, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var jobs = await database.Jobs.VisibleTo(actor).Where(job => job.IdempotencyKey.StartsWith(key))
            .Select(job => new { job.Id, Ended = job.State == JobState.Cancelled || job.State == JobState.Failed }).ToListAsync(cancellationToken);
        return new KeyedJobs(jobs.Find(job => !job.Ended)?.Id, jobs.Count(job => job.Ended));
    }

    public async Task MarkDeliveredAsync(Guid jobId, bool isOut, CancellationToken cancellationToken)
    {
        var written = await writes.TryAsync(async () =>
        {
            DateTimeOffset? at = isOut ? clock.GetUtcNow() : null;
            await using var database = await databases.CreateDbContextAsync(cancellationToken);
            return await database.Jobs.Where(job => job.Id == jobId).ExecuteUpdateAsync(change => change.SetProperty(job => job.AnsweredAt, at), cancellationToken);
        });
        if (!written.TryGet(out _, out _))
        {
            logger.LogWarning("The delivery of the response of job {Job} could not be recorded: an automatic client retry within minutes may receive the same pictures again, or be charged for new ones", jobId);
        }
    }
}
