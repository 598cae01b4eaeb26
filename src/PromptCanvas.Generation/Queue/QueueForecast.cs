using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using PromptCanvas.Data;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Generation.Configuration;

namespace PromptCanvas.Generation.Queue;

/// <summary>Queue positions and waiting times, computed from one query and shared by all callers for a second. Uses the order of the claim.</summary>
internal sealed class QueueForecast(
    IDbContextFactory<AppDbContext> databases, PictureTimes times, RunningJobs running, IOptions<GenerationOptions> options, TimeProvider clock) : IDisposable
{
    // Computing takes at most a tenth of the time: a very long queue is recomputed less often.
    private const int RestsPerLook = 10;

    private readonly SemaphoreSlim looking = new(1, 1);
    private volatile Look? last;

    /// <summary>The next call computes again, because the queue was paused or resumed.</summary>
    public void Forget() => last = null;

    public async Task<QueueSnapshot> SnapshotAsync(CancellationToken cancellationToken)
    {
        if (Fresh() is { } known)
        {
            return known;
        }

        await looking.WaitAsync(cancellationToken);
        try
        {
            if (Fresh() is { } justMade)
            {
                return justMade;
            }

            var began = clock.GetTimestamp();
            await using var database = await databases.CreateDbContextAsync(cancellationToken);
            var made = await MakeAsync(database, cancellationToken);
            last = new Look(made, clock.GetTimestamp(), clock.GetElapsedTime(began));
            return made;
        }
        finally
        {
            looking.Release();
        }
    }

    /// <summary>Estimated seconds that a job takes once it is its turn; null if nothing was measured yet.</summary>
    public double? SecondsOf(Job job) => times.Of(job.Model, job.Kind, job.Size) * job.Squares * (job.Count - job.CompletedImages);

    /// <summary>The place of a job that was queued after the last computation.</summary>
    public async Task<QueuePlace> PlaceAsync(AppDbContext database, Job job, QueueSnapshot snapshot, CancellationToken cancellationToken)
    {
        var ahead = await database.Jobs.CountAsync(
            other => other.State == JobState.Queued
                && (other.Priority > job.Priority
                    || (other.Priority == job.Priority && (other.VirtualTime < job.VirtualTime
                        || (other.VirtualTime == job.VirtualTime && other.CreatedAt < job.CreatedAt)))),
            cancellationToken);
        var share = snapshot.Waiting == 0 ? 1 : Math.Min(1, (double)ahead / snapshot.Waiting);
        var own = SecondsOf(job);
        return snapshot.PauseReason is null
            ? new QueuePlace(ahead + 1, snapshot.RunningSeconds + (snapshot.WaitingSeconds * share) + own, null)
            : new QueuePlace(ahead + 1, null, new QueueExplanation { Position = ahead + 1, Waiting = snapshot.Waiting + 1, OwnAhead = 0, PeopleAhead = 0, PauseReason = snapshot.PauseReason });
    }

    public void Dispose() => looking.Dispose();

    private QueueSnapshot? Fresh()
    {
        if (last is not { } look)
        {
            return null;
        }

        var interval = TimeSpan.FromTicks(Math.Max(options.Value.ForecastInterval.Ticks, options.Value.ForecastInterval == TimeSpan.Zero ? 0 : look.Cost.Ticks * RestsPerLook));
        return clock.GetElapsedTime(look.At) < interval ? look.Snapshot : null;
    }

    private async Task<QueueSnapshot> MakeAsync(AppDbContext database, CancellationToken cancellationToken)
    {
        var jobs = await database.Jobs
            .Where(job => job.State == JobState.Queued || job.State == JobState.Running)
            .OrderByDescending(job => job.Priority).ThenBy(job => job.VirtualTime).ThenBy(job => job.CreatedAt).ThenBy(job => job.Id)
            .Select(job => new Entry(
                job.Id, job.PersonId, job.Model, job.Kind, job.Size, job.State == JobState.Queued, job.Squares, job.Count - job.CompletedImages, job.Priority, job.CrashCount > 0, job.NotBefore))
            .ToListAsync(cancellationToken);
        var pauseReason = await database.QueueStates.Where(state => state.PausedAt != null).OrderBy(state => state.PausedAt)
            .Select(state => state.PauseReason).FirstOrDefaultAsync(cancellationToken);
        if (jobs.Count == 0)
        {
            return QueueSnapshot.Empty with { PauseReason = pauseReason };
        }

        var places = new Dictionary<Guid, QueuePlace>(jobs.Count);

        // Running jobs share the device, so the estimate for each is the time until all are done.
        var runningSeconds = jobs.Where(job => !job.IsQueued).Sum(Seconds);
        var seconds = runningSeconds;
        foreach (var job in jobs.Where(job => !job.IsQueued))
        {
            places[job.Id] = new QueuePlace(null, times.Of(job.Model, job.Kind, job.Size) is null ? null : runningSeconds, null);
        }

        // Jobs that were part of a crash go first.
        var waiting = jobs.Where(job => job.IsQueued).OrderByDescending(job => job.Suspect).ToList();
        var seen = new Dictionary<Guid, int>();
        for (var index = 0; index < waiting.Count; index++)
        {
            var job = waiting[index];
            var person = job.PersonId ?? Guid.Empty;
            var ownAhead = seen.GetValueOrDefault(person);
            seconds += Seconds(job);
            places[job.Id] = new QueuePlace(
                index + 1,
                times.Of(job.Model, job.Kind, job.Size) is null ? null : seconds,
                Explain(job, index + 1, waiting.Count, ownAhead, seen.Count - (ownAhead > 0 ? 1 : 0), pauseReason));
            seen[person] = ownAhead + 1;
        }

        return new QueueSnapshot(places, waiting.Count, runningSeconds, seconds - runningSeconds, pauseReason);
    }

    // Unmeasured kinds count as zero: the estimate is then too short, instead of missing for all jobs.
    private double Seconds(Entry job) => (times.Of(job.Model, job.Kind, job.Size) ?? 0) * job.Squares * Math.Max(0, job.Missing - running.StartedWork(job.Id));

    private QueueExplanation Explain(Entry job, int position, int waiting, int ownAhead, int peopleAhead, string? pauseReason) => new()
    {
        Position = position,
        Waiting = waiting,
        OwnAhead = ownAhead,
        PeopleAhead = peopleAhead,
        Background = job.Priority < QueuePriority.Interactive,
        Expedited = job.Priority > QueuePriority.Interactive,
        Alone = job.Suspect,
        RestsUntil = job.NotBefore > clock.GetUtcNow() ? job.NotBefore : null,
        PauseReason = pauseReason,
    };

    private sealed record Look(QueueSnapshot Snapshot, long At, TimeSpan Cost);

    private sealed record Entry(
        Guid Id, Guid? PersonId, string Model, string Kind, int Size, bool IsQueued, int Squares, int Missing, int Priority, bool Suspect, DateTimeOffset? NotBefore);
}
