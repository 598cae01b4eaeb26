using System.Globalization;
using Microsoft.Extensions.Options;
using PromptCanvas.Generation.Configuration;

namespace PromptCanvas.Generation.Instant;

/// <summary>Limits the compute time of free work: blend previews, replays and comparisons. Used time is restored evenly over an hour.
/// Each process counts separately.</summary>
internal sealed class ComputeBudget(IOptionsMonitor<QuotaOptions> options, TimeProvider clock)
{
    private static readonly TimeSpan Renewal = TimeSpan.FromHours(1);

    private readonly Lock counting = new();
    private readonly Dictionary<Guid, (double Seconds, long At)> used = [];

    private double Limit => options.CurrentValue.FreeSecondsPerHour;

    /// <summary>Whether the person has time left.</summary>
    public Result Check(Guid personId)
    {
        lock (counting)
        {
            var excess = Used(personId) - Limit;
            if (Limit == 0 || excess < 0)
            {
                return Result.Done;
            }

            // Wait until a hundredth of the budget is free, so that the next request does not exhaust it again at once.
            var wait = TimeSpan.FromSeconds(Math.Ceiling((excess + (Limit / 100)) / Limit * Renewal.TotalSeconds));
            var minutes = Math.Ceiling(wait.TotalMinutes).ToString(CultureInfo.InvariantCulture);
            return new ComputeSpent($"You have used your compute time for previews, replays and comparisons; try again in {minutes} min. Pictures for credits are not affected.", wait);
        }
    }

    /// <summary>Runs work and counts its time, also if it fails or is cancelled.</summary>
    public async Task<T> MeasureAsync<T>(Guid personId, Func<Task<T>> work)
    {
        var began = clock.GetTimestamp();
        try
        {
            return await work();
        }
        finally
        {
            Add(personId, clock.GetElapsedTime(began).TotalSeconds);
        }
    }

    private void Add(Guid personId, double seconds)
    {
        lock (counting)
        {
            // Without a limit no time is counted, and a limit that is set later must not count earlier work.
            if (Limit == 0)
            {
                used.Clear();
                return;
            }

            foreach (var idle in used.Keys.Where(person => Used(person) == 0).ToList())
            {
                used.Remove(idle);
            }

            used[personId] = (Used(personId) + seconds, clock.GetTimestamp());
        }
    }

    private double Used(Guid personId) => used.TryGetValue(personId, out var entry)
        ? Math.Max(0, entry.Seconds - (clock.GetElapsedTime(entry.At) / Renewal * Limit))
        : 0;
}
