using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using PromptCanvas.Data;

namespace PromptCanvas.Generation.Supervision;

/// <summary>Collects the exceptions of everything that runs outside a request: logs and counts them, and tracks which services keep failing. An unavailable
/// database is one line of each service, without a stack trace, however long it lasts.</summary>
/// <param name="database">Recognizes an unavailable database; without it, every fault is logged with its stack trace.</param>
public sealed class BackgroundFaults(ILogger<BackgroundFaults> logger, IDatabaseFaults? database = null)
{
    /// <summary>Consecutive failures after which a service counts as failing.</summary>
    public const int IllAfter = 3;

    private readonly ConcurrentDictionary<string, State> sources = new();

    /// <summary>Faults since the start, by source.</summary>
    public IReadOnlyDictionary<string, long> Counts => sources.ToDictionary(source => source.Key, source => source.Value.Faults);

    /// <summary>Services that failed three times in a row and have not worked since.</summary>
    public IReadOnlyList<string> Ill => [.. sources.Where(source => source.Value.InARow >= IllAfter).Select(source => source.Key).Order()];

    /// <summary>Records one failed work item. It does not count against the service: one bad mail must not take the studio out of service.</summary>
    /// <param name="source">The service or component that failed.</param>
    /// <param name="fault">Why it failed.</param>
    /// <param name="what">The failed work, as a sentence without a full stop.</param>
    public void Report(string source, Exception fault, string what = "Work in the background failed")
    {
        sources.GetOrAdd(source, static _ => new State()).Count();
        if (database?.Describe(fault) is { } outage)
        {
            logger.LogWarning("{Source}: {What}: {Outage}", source, what, outage);
        }
        else
        {
            logger.LogError(fault, "{Source}: {What}", source, what);
        }
    }

    /// <summary>Records a failure of a service.</summary>
    /// <returns>Its number of consecutive failures.</returns>
    public int Failed(string service, Exception fault)
    {
        var row = sources.GetOrAdd(service, static _ => new State()).Fail();
        if (database?.Describe(fault) is not { } outage)
        {
            logger.LogError(fault, "{Service} failed {Count} times in a row", service, row);
        }
        else if (row == 1)
        {
            logger.LogWarning("{Service} waits: {Outage}", service, outage);
        }
        else
        {
            logger.LogDebug(fault, "{Service} failed {Count} times in a row", service, row);
        }

        return row;
    }

    /// <summary>Records that a service works, which resets its consecutive failures.</summary>
    public void Worked(string service)
    {
        if (sources.GetOrAdd(service, static _ => new State()).Work() is > 0 and var row)
        {
            logger.LogInformation("{Service} works again after {Count} failures", service, row);
        }
    }

    /// <summary>Runs work that no caller awaits and records its exception.</summary>
    public void Run(string source, Func<Task> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        _ = Task.Run(() => GuardedAsync(source, work), CancellationToken.None);
    }

    /// <summary>Runs the callback of a timer, cancellation or event, which must not throw, and records its exception.</summary>
    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "This is where such exceptions go.")]
    public void Guard(string source, Action work)
    {
        ArgumentNullException.ThrowIfNull(work);
        try
        {
            work();
        }
        catch (Exception fault)
        {
            Report(source, fault);
        }
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "This is where such exceptions go.")]
    private async Task GuardedAsync(string source, Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (Exception fault)
        {
            Report(source, fault);
        }
    }

    private sealed class State
    {
        private long faults;
        private int inARow;

        public long Faults => Interlocked.Read(ref faults);

        public int InARow => Volatile.Read(ref inARow);

        public void Count() => Interlocked.Increment(ref faults);

        public int Fail()
        {
            var row = Interlocked.Increment(ref inARow);
            Count();
            return row;
        }

        public int Work() => Interlocked.Exchange(ref inARow, 0);
    }
}
