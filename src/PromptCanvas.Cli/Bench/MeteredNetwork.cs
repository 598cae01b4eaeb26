using System.Diagnostics;
using PromptCanvas.Diffusion.Models;
using PromptCanvas.Diffusion.Networks;

namespace PromptCanvas.Cli.Bench;

/// <summary>Sums the wall-clock and CPU time spent in networks.</summary>
internal sealed class NetworkMeter
{
    private int begun;

    public TimeSpan Wall { get; private set; }

    public TimeSpan Processor { get; private set; }

    /// <summary>Started runs of all networks.</summary>
    public int Begun => begun;

    /// <summary>An additional wrapper around each network; null = none.</summary>
    public Func<INetwork, INetwork>? Wrapper { get; init; }

    /// <summary>Rows run by each network, by its name.</summary>
    public Dictionary<string, int> Rows { get; } = [];

    public void Reset()
    {
        Wall = TimeSpan.Zero;
        Processor = TimeSpan.Zero;
        Rows.Clear();
    }

    /// <summary>The same model with every network metered.</summary>
    public UnClipModel Around(UnClipModel model) => model with
    {
        TextEncoder = Around(model.TextEncoder),
        ImageEncoder = model.ImageEncoder is { } encoder ? Around(encoder) : null,
        Prior = model.Prior with { Network = Around(model.Prior.Network) },
        AutoregressivePrior = model.AutoregressivePrior is { } prior ? prior with { Network = Around(prior.Network) } : null,
        TextProjection = model.TextProjection is { } projection ? projection with { Network = Around(projection.Network) } : null,
        Decoder = model.Decoder with { Network = Around(model.Decoder.Network) },
        Latents = model.Latents is { } latents ? Around(latents) : null,
        SuperResolution =
        [
            .. model.SuperResolution.Select(stage => stage with
            {
                Network = Around(stage.Network),
                LastStepNetwork = stage.LastStepNetwork is { } last ? Around(last) : null,
            }),
        ],
    };

    private LatentSpace Around(LatentSpace latents) => latents with
    {
        Autoencoder = Around(latents.Autoencoder),
        Text = latents.Text is { } text ? text with { Encoder = Around(text.Encoder) } : null,
        Inpainting = latents.Inpainting is { } inpainting
            ? inpainting with { Network = Around(inpainting.Network), Autoencoder = Around(inpainting.Autoencoder) }
            : null,
    };

    private AutoencoderComponent Around(AutoencoderComponent autoencoder) =>
        autoencoder with { Encoder = Around(autoencoder.Encoder), Decoder = Around(autoencoder.Decoder) };

    private MeteredNetwork Around(INetwork network) => new(Wrapper is null ? network : Wrapper(network), this);

    private sealed class MeteredNetwork(INetwork inner, NetworkMeter meter) : ForwardingNetwork(inner)
    {
        public override IReadOnlyDictionary<string, NetworkTensor> Run(
            IReadOnlyDictionary<string, NetworkTensor> inputs, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref meter.begun);
            var processor = Environment.CpuUsage.TotalTime;
            var wall = Stopwatch.GetTimestamp();
            var outputs = Inner.Run(inputs, cancellationToken);
            meter.Wall += Stopwatch.GetElapsedTime(wall);
            meter.Processor += Environment.CpuUsage.TotalTime - processor;
            meter.Rows[Name] = meter.Rows.GetValueOrDefault(Name) + inputs.Values.First().Rows;
            return outputs;
        }
    }
}
