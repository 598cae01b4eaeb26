namespace PromptCanvas.Diffusion.Onnx.Sessions;

/// <summary>Frees the weights of networks that nobody has run for a while; they are loaded again when next needed.</summary>
internal sealed class IdleNetworks : IDisposable
{
    /// <summary>Number of checks per keep-loaded period.</summary>
    private const int LooksPerTime = 4;

    private readonly TimeSpan keep;
    private readonly Lock gate = new();
    private readonly List<OnnxNetwork> networks = [];
    private readonly ITimer? timer;

    /// <summary>Starts the checks.</summary>
    /// <param name="keep">How long an idle network stays loaded; zero = for ever.</param>
    /// <param name="clock">Measures idleness.</param>
    public IdleNetworks(TimeSpan keep, TimeProvider clock)
    {
        this.keep = keep;
        Clock = clock;
        if (keep > TimeSpan.Zero)
        {
            timer = clock.CreateTimer(_ => Look(), null, keep / LooksPerTime, keep / LooksPerTime);
        }
    }

    /// <summary>The clock that measures idle time.</summary>
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

    private void Look()
    {
        OnnxNetwork[] present;
        lock (gate)
        {
            present = [.. networks];
        }

        foreach (var network in present)
        {
            network.ReleaseIfIdle(keep);
        }
    }
}
