using PromptCanvas.Generation.Faults;

namespace PromptCanvas.Generation.Worker;

/// <summary>When the engine last did anything, while it has something to do.</summary>
internal sealed class EngineProgress(Failpoints failpoints, TimeProvider clock)
{
    private long last;
    private int working;

    /// <summary>How long the engine is silent though it has work; zero without work.</summary>
    public TimeSpan Silence => Volatile.Read(ref working) == 0 ? TimeSpan.Zero : clock.GetElapsedTime(Volatile.Read(ref last));

    public IDisposable Begin()
    {
        Volatile.Write(ref last, clock.GetTimestamp());
        Interlocked.Increment(ref working);
        failpoints.Hit(Failpoints.EngineAsked);
        return new Work(this);
    }

    public void Happened()
    {
        Volatile.Write(ref last, clock.GetTimestamp());
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
