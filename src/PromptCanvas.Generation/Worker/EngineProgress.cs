using PromptCanvas.Generation.Configuration;


namespace PromptCanvas.Generation.Worker;

/// <summary>When the engine last did anything, while it has something to do; and how long it is usually silent between two steps.</summary>
internal sealed class EngineProgress(Failpoints failpoints, TimeProvider clock)
{
    // A long silence counts at once and fades: after fifty shorter ones a third of it is left.
    private const double Fading = 0.02;

    private readonly Lock measuring = new();
    private long last;
    private double usualTicks;
    private int working;

    /// <summary>How long the engine is silent though it has work; zero without work.</summary>
    public TimeSpan Silence => Volatile.Read(ref working) == 0 ? TimeSpan.Zero : clock.GetElapsedTime(Volatile.Read(ref last));

    /// <summary>The longest silence between two steps lately; zero before the first two.</summary>
    public TimeSpan Usual => TimeSpan.FromTicks((long)Volatile.Read(ref usualTicks));

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
