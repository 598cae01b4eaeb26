namespace PromptCanvas.Diffusion.Onnx.Memory;

/// <summary>Watches how much of its own memory the process takes while something is done.</summary>
internal sealed class PeakMeter : IDisposable
{
    private const int MillisecondsBetweenLooks = 25;

    private readonly long start = MachineMemory.Anonymous;
    private readonly ManualResetEventSlim ended = new();
    private readonly Thread watcher;
    private Exception? fault;
    private long peak;

    /// <summary>Begins to watch.</summary>
    public PeakMeter()
    {
        peak = start;
        watcher = new Thread(Watch) { IsBackground = true, Name = "memory peak" };
        watcher.Start();
    }

    /// <summary>Bytes by which the highest moment so far lies above the start.</summary>
    /// <exception cref="InvalidOperationException">The memory could not be read.</exception>
    public long Growth => Volatile.Read(ref fault) is { } cause
        ? throw new InvalidOperationException("The memory of the process could not be measured.", cause)
        : Math.Max(Interlocked.Read(ref peak), MachineMemory.Anonymous) - start;

    /// <inheritdoc/>
    public void Dispose()
    {
        ended.Set();
        watcher.Join();
        ended.Dispose();
    }

    private void Watch()
    {
        try
        {
            while (!ended.Wait(MillisecondsBetweenLooks))
            {
                Interlocked.Exchange(ref peak, Math.Max(peak, MachineMemory.Anonymous));
            }
        }
#pragma warning disable CA1031 // Nothing is swallowed: the reader of the growth gets it. On this thread it would end the process.
        catch (Exception cause)
#pragma warning restore CA1031
        {
            Volatile.Write(ref fault, cause);
        }
    }
}
