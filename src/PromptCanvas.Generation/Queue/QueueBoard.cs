using Microsoft.Extensions.Options;
using PromptCanvas.Generation.Configuration;

namespace PromptCanvas.Generation.Queue;

/// <summary>The active jobs at one time, for all watchers.</summary>
/// <param name="Active">Queued and running jobs by id.</param>
/// <param name="Ended">Jobs that were active at an earlier reading and have ended since, for a while.</param>
public sealed record QueueReading(IReadOnlyDictionary<Guid, JobView> Active, IReadOnlyDictionary<Guid, JobView> Ended);

/// <summary>Reads the active jobs at most once per forecast interval, for any number of watchers.</summary>
public interface IQueueBoard
{
    /// <summary>A reading that began at or after <paramref name="since"/>, a timestamp of the studio's clock. Waits if the last one is older but recent.</summary>
    Task<QueueReading> ReadAsync(long since, CancellationToken cancellationToken);
}

/// <inheritdoc/>
internal sealed class QueueBoard(IJobQueries jobs, IOptions<GenerationOptions> options, TimeProvider clock) : IQueueBoard, IDisposable
{
    // A watcher that is slower than this misses the end of a job here and reads it from the job's row.
    private const int ReadingsThatKeepAnEnd = 30;

    private readonly SemaphoreSlim reading = new(1, 1);
    private readonly Dictionary<Guid, (JobView Job, int At)> ended = [];
    private int readings;
    private volatile Look? last;

    public async Task<QueueReading> ReadAsync(long since, CancellationToken cancellationToken)
    {
        if (last is { } known && known.At >= since)
        {
            return known.Reading;
        }

        await reading.WaitAsync(cancellationToken);
        try
        {
            if (last is { } justRead && justRead.At >= since)
            {
                return justRead.Reading;
            }

            if (last is { } before && options.Value.ForecastInterval - clock.GetElapsedTime(before.At) is var rest && rest > TimeSpan.Zero)
            {
                await Task.Delay(rest, clock, cancellationToken);
            }

            return await ReadAsync(cancellationToken);
        }
        finally
        {
            reading.Release();
        }
    }

    public void Dispose() => reading.Dispose();

    private async Task<QueueReading> ReadAsync(CancellationToken cancellationToken)
    {
        var at = clock.GetTimestamp();
        var active = (await jobs.ActiveAsync(cancellationToken)).ToDictionary(job => job.Id);
        readings++;
        foreach (var over in last?.Reading.Active.Keys.Except(active.Keys) ?? [])
        {
            if (await jobs.FindAsync(over, cancellationToken) is { } job)
            {
                ended[over] = (job, readings);
            }
        }

        foreach (var old in ended.Where(pair => pair.Value.At + ReadingsThatKeepAnEnd < readings || active.ContainsKey(pair.Key)).Select(pair => pair.Key).ToList())
        {
            ended.Remove(old);
        }

        var made = new QueueReading(active, ended.ToDictionary(pair => pair.Key, pair => pair.Value.Job));
        last = new Look(made, at);
        return made;
    }

    private sealed record Look(QueueReading Reading, long At);
}
