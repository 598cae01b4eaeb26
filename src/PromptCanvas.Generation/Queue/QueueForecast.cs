using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using PromptCanvas.Data;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Generation.Configuration;

namespace PromptCanvas.Generation.Queue;

/// <summary>Queue positions and waiting times, computed from one query and shared by all callers for a second. Uses the order of the claim.</summary>
internal sealed class QueueForecast(
    IDbContextFactory<AppDbContext> databases, WorkSpeeds speeds, RunningJobs running, IOptions<GenerationOptions> options, TimeProvider clock) : IDisposable
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

    /// <summary>Whether pictures of a job's sort were made before, so that its estimates rest on their times.</summary>
    public bool IsMeasured(Job job) => speeds.Of(job.Model, job.Kind, job.Size).IsMeasured;

    /// <summary>Estimated seconds that a job takes once it is its turn; null if nothing was measured yet.</summary>
    public double? SecondsOf(Job job) => speeds.Of(job.Model, job.Kind, job.Size).Alone(job.Squares * (job.Count - job.CompletedImages));

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
                job.Id, job.PersonId, job.Model, job.Kind, job.Size, job.State == JobState.Queued, job.Squares, job.Count - job.CompletedImages, job.Priority, job.CrashCount > 0, job.NotBefore, job.LeasedBy))
            .ToListAsync(cancellationToken);
        var pauseReason = await database.QueueStates.Where(state => state.PausedAt != null).OrderBy(state => state.PausedAt)
            .Select(state => state.PauseReason).FirstOrDefaultAsync(cancellationToken);
        if (jobs.Count == 0)
        {
            return QueueSnapshot.Empty with { PauseReason = pauseReason };
        }

        var rates = new Dictionary<(string, string, int), WorkSpeed>();
        var work = jobs.ConvertAll(job => new Work(job, SpeedOf(rates, job), job.Squares * Math.Max(0, job.Missing - running.StartedWork(job.Id))));
        var places = new Dictionary<Guid, QueuePlace>(jobs.Count);
        var runningSeconds = PlaceRunning(places, [.. work.Where(one => !one.Job.IsQueued)]);

        // Jobs that were part of a crash go first.
        var waiting = work.Where(one => one.Job.IsQueued).OrderByDescending(one => one.Job.Suspect).ToList();
        var all = PlaceWaiting(places, waiting, runningSeconds, pauseReason);
        return new QueueSnapshot(places, waiting.Count, runningSeconds, all - runningSeconds, pauseReason);
    }

    /// <returns>Seconds until all workers together have done the running jobs.</returns>
    private static double PlaceRunning(Dictionary<Guid, QueuePlace> places, IReadOnlyList<Work> jobs)
    {
        // Running jobs of a worker share its device, so the estimate for each is the time until all of them are done.
        foreach (var worker in jobs.GroupBy(one => one.Job.LeasedBy))
        {
            var seconds = worker.Sum(one => one.Speed.Alone(one.Pictures) ?? 0);
            foreach (var one in worker)
            {
                places[one.Job.Id] = new QueuePlace(null, one.Speed.Alone(one.Pictures) is null ? null : seconds, null);
            }
        }

        return jobs.Sum(one => one.Speed.Together(one.Pictures));
    }

    /// <param name="seconds">Seconds until the running jobs are done.</param>
    /// <returns>Seconds until all jobs are done.</returns>
    private double PlaceWaiting(Dictionary<Guid, QueuePlace> places, List<Work> waiting, double seconds, string? pauseReason)
    {
        var seen = new Dictionary<Guid, int>();
        for (var index = 0; index < waiting.Count; index++)
        {
            var (job, speed, pictures) = waiting[index];
            var person = job.PersonId ?? Guid.Empty;
            var ownAhead = seen.GetValueOrDefault(person);
            var explanation = Explain(job, index + 1, waiting.Count, ownAhead, seen.Count - (ownAhead > 0 ? 1 : 0), pauseReason);

            // The jobs ahead are spread over all workers; this one is done by one of them.
            places[job.Id] = new QueuePlace(index + 1, seconds + speed.Alone(pictures), explanation with { NoWorker = speed.Workers == 0 });
            seconds += speed.Together(pictures);
            seen[person] = ownAhead + 1;
        }

        return seconds;
    }

    private WorkSpeed SpeedOf(Dictionary<(string, string, int), WorkSpeed> known, Entry job)
    {
        var sort = (job.Model, job.Kind, job.Size);
        return known.TryGetValue(sort, out var speed) ? speed : known[sort] = speeds.Of(job.Model, job.Kind, job.Size);
    }

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

    /// <param name="Pictures">Pictures still to be made, counting squares and parts of those in progress.</param>
    private sealed record Work(Entry Job, WorkSpeed Speed, double Pictures);

    private sealed record Entry(
        Guid Id, Guid? PersonId, string Model, string Kind, int Size, bool IsQueued, int Squares, int Missing, int Priority, bool Suspect, DateTimeOffset? NotBefore, string? LeasedBy);
}
