using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Generation.Storage;

namespace PromptCanvas.Generation.Queue;

/// <inheritdoc/>
internal sealed class QueueAdmin(
    IDbContextFactory<AppDbContext> databases, Transactions transactions, QueueForecast forecast, QueueSignal signal, TimeProvider clock) : IQueueAdmin
{
    private const int MaximumTake = 1000;
    private const int MaximumReasonLength = 200;

    // Makes space for an inserted job. The person's later jobs follow their finish tags, which do not change.
    private const double Gap = 1.0 / 1024;

    private static readonly NotFound NotWaiting = new("This job is no longer queued; reload the queue.");

    public async Task<QueueOverview> LookAsync(int take, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(take, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(take, MaximumTake);
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var snapshot = await forecast.SnapshotAsync(cancellationToken);
        var state = await database.QueueStates.AsNoTracking().FirstOrDefaultAsync(cancellationToken);
        var jobs = await database.Jobs
            .Where(job => job.State == JobState.Queued || job.State == JobState.Running)
            .OrderByDescending(job => job.State).ThenByDescending(job => job.Priority)
            .ThenBy(job => job.VirtualTime).ThenBy(job => job.CreatedAt).ThenBy(job => job.Id)
            .Select(job => new { job.Id, job.PersonId, job.State, job.Model, job.Size, job.Count, job.CreatedAt, job.RanOn })
            .Take(take).ToListAsync(cancellationToken);
        return new QueueOverview(state?.PausedAt, state?.PausedBy, state?.PauseReason, [.. jobs.Select(job =>
        {
            var place = snapshot.Places.GetValueOrDefault(job.Id);
            return new QueueEntry(
                job.Id, job.PersonId, job.State, job.Model, job.Size, job.Count, job.CreatedAt,
                place?.Position, place?.EtaSeconds, place?.Why) { RanOn = job.RanOn };
        })]);
    }

    public async Task<Result<bool>> PauseAsync(string reason, Guid? byPersonId, CancellationToken cancellationToken)
    {
        if (string.IsNullOrWhiteSpace(reason) || reason.Length > MaximumReasonLength)
        {
            return new InvalidInput("reason", $"Give a reason of at most {MaximumReasonLength} characters; people with queued jobs see it.");
        }

        return await SetAsync(state => (state.PausedAt, state.PausedBy, state.PauseReason) = (clock.GetUtcNow(), byPersonId, reason.Trim()), cancellationToken);
    }

    public async Task<Result<bool>> ResumeAsync(CancellationToken cancellationToken)
    {
        var resumed = await SetAsync(state => (state.PausedAt, state.PausedBy, state.PauseReason) = (null, null, null), cancellationToken);
        signal.Set();
        return resumed;
    }

    public async Task<Result<bool>> MoveToFrontAsync(Guid jobId, CancellationToken cancellationToken) => await transactions.RunAsync<Result<bool>>(
        async database =>
        {
            var first = await Queued(database).Where(job => job.Priority >= QueuePriority.Expedited)
                .OrderBy(job => job.VirtualTime).Select(job => (double?)job.VirtualTime).FirstOrDefaultAsync(cancellationToken);
            return await PlaceAsync(database, jobId, QueuePriority.Expedited, (first ?? 0) - 1, cancellationToken);
        },
        cancellationToken);

    public async Task<Result<bool>> MoveBeforeAsync(Guid jobId, Guid beforeJobId, CancellationToken cancellationToken) => await transactions.RunAsync<Result<bool>>(
        async database =>
        {
            if (jobId == beforeJobId || await Queued(database).AsNoTracking().SingleOrDefaultAsync(job => job.Id == beforeJobId, cancellationToken) is not { } before)
            {
                return (NotWaiting, false);
            }

            // Jobs with equal start tags are ordered by age, so the later ones must move too.
            await Queued(database)
                .Where(job => job.Priority == before.Priority && (job.VirtualTime > before.VirtualTime
                    || (job.VirtualTime == before.VirtualTime && job.CreatedAt >= before.CreatedAt)))
                .ExecuteUpdateAsync(change => change.SetProperty(job => job.VirtualTime, job => job.VirtualTime + Gap), cancellationToken);
            return await PlaceAsync(database, jobId, before.Priority, before.VirtualTime + (Gap / 2), cancellationToken);
        },
        cancellationToken);

    private static IQueryable<Job> Queued(AppDbContext database) => database.Jobs.Where(job => job.State == JobState.Queued);

    private static async Task<(Result<bool> Value, bool Keep)> PlaceAsync(
        AppDbContext database, Guid jobId, int priority, double virtualTime, CancellationToken cancellationToken)
    {
        var moved = await Queued(database).Where(job => job.Id == jobId).ExecuteUpdateAsync(
            change => change.SetProperty(job => job.Priority, priority).SetProperty(job => job.VirtualTime, virtualTime), cancellationToken);
        return moved == 0 ? (NotWaiting, false) : (true, true);
    }

    private async Task<bool> SetAsync(Action<QueueState> change, CancellationToken cancellationToken)
    {
        var isSet = await transactions.RunAsync(
            async database =>
            {
                var state = await database.QueueStates.FindAsync([QueueState.OnlyId], cancellationToken) ?? database.QueueStates.Add(new QueueState()).Entity;
                change(state);
                await database.SaveChangesAsync(cancellationToken);
                return (true, true);
            },
            cancellationToken);
        forecast.Forget();
        return isSet;
    }
}
