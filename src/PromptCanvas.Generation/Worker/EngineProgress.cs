using PromptCanvas.Generation.Configuration;


namespace PromptCanvas.Generation.Worker;

/// <summary>Tracks the time since the engine's last event, and the usual time between two events.</summary>
internal sealed class EngineProgress(Failpoints failpoints, TimeProvider clock)
{
    // Peak with exponential decay: a longer interval applies at once; after fifty shorter ones a third of it remains.
    private const double Fading = 0.02;

    // About the last twenty events count.
    private const double NewestShare = 0.1;

    private readonly Lock measuring = new();
    private long last;
    private double usualTicks;
    private double averageTicks;
    private int working;

    /// <summary>Time since the last event; zero while the engine is idle.</summary>
    public TimeSpan Silence => Volatile.Read(ref working) == 0 ? TimeSpan.Zero : clock.GetElapsedTime(Volatile.Read(ref last));

    /// <summary>Recent peak of the interval between events; zero before the first two.</summary>
    public TimeSpan Usual => TimeSpan.FromTicks((long)Volatile.Read(ref usualTicks));

    /// <summary>Recent average of the interval between events; zero before the first two.</summary>
    public TimeSpan Average => TimeSpan.FromTicks((long)Volatile.Read(ref averageTicks));

    public IDisposable Begin()
    {
        Volatile.Write(ref last, clock.GetTimestamp());
        Interlocked.Increment(ref working);
        failpoints.Hit(Failpoints.EngineAsked);
        return new Work(this);
    }

    public void Happened()
    {
        lock (measuring)
        {
            var now = clock.GetTimestamp();
            var silence = clock.GetElapsedTime(last, now).Ticks;
            usualTicks = silence > usualTicks ? silence : usualTicks + (Fading * (silence - usualTicks));
            averageTicks = averageTicks == 0 ? silence : averageTicks + (NewestShare * (silence - averageTicks));
            Volatile.Write(ref last, now);
        }

        failpoints.Hit(Failpoints.Step);
    }

    private sealed class Work(EngineProgress progress) : IDisposable
    {
        private int ended;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref ended, 1) == 0)
            {
                Interlocked.Decrement(ref progress.working);
            }
        }
    }
}
