namespace PromptCanvas.Generation.Supervision;

/// <summary>Returns memory to the system once the process comes to rest after work. The collector and the C library keep what a rush took otherwise:
/// after three minutes of floods 850 MB stayed with a process that had 560 MB before.</summary>
/// <remarks>A compacting collection stops all threads for some tens of milliseconds, so it waits for rest.</remarks>
/// <param name="allocated">Bytes the process has allocated on the managed heap since its start.</param>
/// <param name="release">Collects garbage and returns free memory.</param>
public sealed class SpareMemory(Func<long> allocated, Action release, TimeProvider clock, Supervisor supervisor) : SupervisedService(supervisor)
{
    /// <summary>Time between two looks, in which a process at rest allocates little.</summary>
    internal static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    /// <summary>What a process at rest allocates between two looks at most, in bytes: timers and polls of the queue take about 1 MB.</summary>
    internal const long Rest = 8L << 20;

    /// <summary>What has to be allocated before there is something worth returning, in bytes.</summary>
    internal const long Rush = 128L << 20;

    private long last = -1;
    private long released;

    /// <summary>Releases memory if much was allocated since the last time, and little since the last look.</summary>
    internal void Look()
    {
        var now = allocated();
        if (last < 0)
        {
            released = now;
        }
        else if (now - last <= Rest && now - released >= Rush)
        {
            release();
            released = now;
        }

        last = now;
    }

    /// <inheritdoc/>
    protected override async Task RunAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        do
        {
            Look();
            Worked();
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }
}
