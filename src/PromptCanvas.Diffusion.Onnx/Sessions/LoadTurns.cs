namespace PromptCanvas.Diffusion.Onnx.Sessions;

/// <summary>Lets one network load at a time. A stopped load gives up its turn at once; until it has ended it counts only with its memory.</summary>
internal sealed class LoadTurns : IDisposable
{
    private readonly SemaphoreSlim turn = new(1, 1);
    private readonly ManualResetEventSlim noneEnding = new(initialState: true);
    private readonly Lock gate = new();
    private long ending;
    private int endingCount;

    /// <summary>The most memory that stopped loads may take until they have ended, in bytes.</summary>
    public long Ending => Interlocked.Read(ref ending);

    /// <summary>Waits for a turn, which ends with the returned object.</summary>
    /// <param name="bytes">The memory that the load will take.</param>
    /// <param name="cancellationToken">Stops the load.</param>
    public IDisposable Begin(long bytes, CancellationToken cancellationToken)
    {
        turn.Wait(cancellationToken);
        return new Turn(this, bytes, cancellationToken);
    }

    /// <summary>Waits until a network fits next to the stopped loads, or until these have ended.</summary>
    /// <param name="fits">Whether it fits now.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public void WaitForMemory(Func<bool> fits, CancellationToken cancellationToken)
    {
        if (!fits())
        {
            noneEnding.Wait(cancellationToken);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        turn.Dispose();
        noneEnding.Dispose();
    }

    private void Count(long bytes, int change)
    {
        lock (gate)
        {
            ending += bytes * change;
            endingCount += change;
            if (endingCount == 0)
            {
                noneEnding.Set();
            }
            else
            {
                noneEnding.Reset();
            }
        }
    }

    private sealed class Turn : IDisposable
    {
        private readonly LoadTurns turns;
        private readonly long bytes;
        private readonly CancellationTokenRegistration stop;
        private bool stopped;

        public Turn(LoadTurns turns, long bytes, CancellationToken cancellationToken)
        {
            this.turns = turns;
            this.bytes = bytes;
            stop = cancellationToken.UnsafeRegister(static turn => ((Turn)turn!).Stop(), this);
        }

        public void Dispose()
        {
            // Waits for a stop that is under way.
            stop.Dispose();
            if (stopped)
            {
                turns.Count(bytes, -1);
            }
            else
            {
                turns.turn.Release();
            }
        }

        private void Stop()
        {
            stopped = true;
            turns.Count(bytes, 1);
            turns.turn.Release();
        }
    }
}
