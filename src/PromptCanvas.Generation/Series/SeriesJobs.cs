using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Access;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Data.Series;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Generation.Requests;

namespace PromptCanvas.Generation.Series;

/// <summary>The jobs of a series. Their idempotency keys tell which exist: after a crash, the same pictures are the same job.</summary>
internal sealed class SeriesJobs(IDbContextFactory<AppDbContext> databases, ISubmissions submissions, ICancellations cancellations)
{
    /// <summary>Those of the keys that exist, with their pictures.</summary>
    public async Task<Dictionary<string, Job>> FindAsync(Guid personId, IReadOnlyCollection<string> keys, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await database.Jobs.AsNoTracking().Include(job => job.Images).Where(job => job.PersonId == personId && keys.Contains(job.IdempotencyKey))
            .ToDictionaryAsync(job => job.IdempotencyKey, cancellationToken);
    }

    public async Task<Result> SubmitAsync<TSeries>(TSeries series, NewJob job, Actor owner, CancellationToken cancellationToken)
        where TSeries : JobSeries
    {
        if ((await submissions.SubmitAsync(job, cancellationToken)).Refusal is { } refusal)
        {
            return refusal;
        }

        // It may have been stopped since the step began, before this job could be cancelled with the others.
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        if (!await database.Set<TSeries>().AnyAsync(row => row.Id == series.Id && row.State == SeriesState.Running, cancellationToken))
        {
            await CancelAsync(owner, series, reason: null, cancellationToken);
        }

        return Result.Done;
    }

    /// <summary>Cancels the open jobs of a series that was stopped.</summary>
    /// <param name="actor">Its owner, or an administrator with a reason.</param>
    /// <param name="series">The series.</param>
    /// <param name="reason">One sentence for the owner; null = the owner did it.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public async Task CancelAsync(Actor actor, JobSeries series, string? reason, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var (person, prefix) = (series.PersonId, series.KeyPrefix);
        var open = await database.Jobs
            .Where(job => job.PersonId == person && job.IdempotencyKey.StartsWith(prefix) && (job.State == JobState.Queued || job.State == JobState.Running))
            .Select(job => job.Id).ToListAsync(cancellationToken);
        foreach (var job in open)
        {
            _ = reason is null ? await cancellations.CancelAsync(actor, job, cancellationToken) : await cancellations.CancelAsync(actor, job, reason, cancellationToken);
        }
    }
}
