using PromptCanvas.Diffusion.Onnx.Memory;

namespace PromptCanvas.Diffusion.Onnx.Sessions;

/// <summary>Frees the weights of networks that have been idle for a while, and of others when memory is short for a load. The next run loads them again.</summary>
internal sealed class IdleNetworks : IDisposable
{
    /// <summary>Number of checks per keep-loaded period.</summary>
    private const int LooksPerTime = 4;

    /// <summary>The share of the budget reserved for scratch memory of runs: at Karlo's size one row of 256² takes 1.5 to 2 GB.</summary>
    private const double ScratchShare = 0.15;

    private readonly TimeSpan keep;
    private readonly IMachineMemory memory;
    private readonly long budget;
    private readonly Lock gate = new();
    private readonly LoadTurns turns = new();
    private readonly List<IReleasableNetwork> networks = [];
    private readonly ITimer? timer;
    private readonly Action<string> report;

    /// <summary>Starts the checks.</summary>
    /// <param name="keep">How long an idle network stays loaded; zero = for ever.</param>
    /// <param name="clock">Measures idleness.</param>
    /// <param name="report">Called with the reason when a network cannot be freed; it is tried again at the next look.</param>
    /// <param name="budget">Bytes the process may take before idle networks are freed; 0 = half of the machine's memory.</param>
    /// <param name="memory">The machine's memory; null = this machine's.</param>
    public IdleNetworks(TimeSpan keep, TimeProvider clock, Action<string> report, long budget = 0, IMachineMemory? memory = null)
    {
        this.report = report;
        this.keep = keep;
        this.memory = memory ?? MachineMemory.Instance;
        this.budget = budget > 0 ? budget : this.memory.Total / 2;
        Clock = clock;
        if (keep > TimeSpan.Zero)
        {
            timer = clock.CreateTimer(_ => Look(), null, keep / LooksPerTime, keep / LooksPerTime);
        }
    }

    /// <summary>The clock that measures idle time.</summary>
    public TimeProvider Clock { get; }

    /// <summary>Watches a network.</summary>
    public void Add(IReleasableNetwork network)
    {
        lock (gate)
        {
            networks.Add(network);
        }
    }

    /// <summary>Frees memory for a network and loads it; one network at a time, and next to a stopped load that has not ended only if both fit.</summary>
    /// <param name="network">Which.</param>
    /// <param name="bytes">The memory that it will take.</param>
    /// <param name="load">Loads it.</param>
    /// <param name="cancellationToken">Ends the wait for another network that is being loaded.</param>
    /// <exception cref="ModelException">It is larger than the machine's memory.</exception>
    public T Load<T>(IReleasableNetwork network, long bytes, Func<T> load, CancellationToken cancellationToken)
    {
        if (bytes + ModelNeeds.Base > memory.Total)
        {
            throw new ModelException(MemorySentences.TooLarge(network.Name, bytes + ModelNeeds.Base, memory.Total, network.IsQuantized));
        }

        using var turn = turns.Begin(bytes, cancellationToken);
        FreeMemoryFor(network, bytes);
        turns.WaitForMemory(() => Fits(bytes + turns.Ending), cancellationToken);
        return load();
    }

    /// <summary>Frees every network that is not running.</summary>
    /// <param name="except">The one that is being loaded.</param>
    /// <returns>Whether there was one.</returns>
    public bool FreeAll(IReleasableNetwork except)
    {
        var freed = false;
        foreach (var network in Present())
        {
            freed |= network != except && network.TryRelease();
        }

        memory.Trim();
        return freed;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        timer?.Dispose();
        turns.Dispose();
    }

    // An exception on the timer's thread would end the process.
    private void Release(IReleasableNetwork network)
    {
        try
        {
            network.ReleaseIfIdle(keep);
        }
#pragma warning disable CA1031 // Nothing is swallowed: it is reported.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            report($"The weights of {network.Name} could not be freed: {fault.Message}");
        }
    }

    private void Look()
    {
        foreach (var network in Present())
        {
            Release(network);
        }
    }

    /// <summary>Frees networks that are not running, least recently used first, until there is enough memory.</summary>
    private void FreeMemoryFor(IReleasableNetwork loaded, long bytes)
    {
        foreach (var network in Present().Where(network => network != loaded && network.IsLoaded).OrderBy(network => network.LastUse))
        {
            if (Fits(bytes))
            {
                return;
            }

            if (network.TryRelease())
            {
                memory.Trim();
            }
        }
    }

    private bool Fits(long bytes) => memory.Resident + bytes <= (1 - ScratchShare) * budget;

    private IReleasableNetwork[] Present()
    {
        lock (gate)
        {
            return [.. networks];
        }
    }
}
