namespace PromptCanvas.Diffusion.Onnx.Sessions;

/// <summary>Frees the weights of networks that nobody has run for a while; they are loaded again when next needed.</summary>
internal sealed class IdleNetworks : IDisposable
{
    /// <summary>How many times within the time to keep the networks are looked at.</summary>
    private const int LooksPerTime = 4;

    private readonly TimeSpan keep;
    private readonly Lock gate = new();
    private readonly List<OnnxNetwork> networks = [];
    private readonly ITimer? timer;
    private readonly Action<string> report;

    /// <summary>Begins to look.</summary>
    /// <param name="keep">How long an idle network stays loaded; zero = for ever.</param>
    /// <param name="clock">Measures idleness.</param>
    /// <param name="report">Called with the reason when a network cannot be freed; it is tried again at the next look.</param>
    public IdleNetworks(TimeSpan keep, TimeProvider clock, Action<string> report)
    {
        this.report = report;
        this.keep = keep;
        Clock = clock;
        if (keep > TimeSpan.Zero)
        {
            timer = clock.CreateTimer(_ => Look(), null, keep / LooksPerTime, keep / LooksPerTime);
        }
    }

    /// <summary>What idleness is measured with.</summary>
    public TimeProvider Clock { get; }

    /// <summary>Watches a network.</summary>
    public void Add(OnnxNetwork network)
    {
        lock (gate)
        {
            networks.Add(network);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => timer?.Dispose();

    // An exception on the timer's thread would end the process.
    private void Release(OnnxNetwork network)
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
        OnnxNetwork[] present;
        lock (gate)
        {
            present = [.. networks];
        }

        foreach (var network in present)
        {
            Release(network);
        }
    }
}
