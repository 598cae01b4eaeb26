using PromptCanvas.Diffusion.Models;
using PromptCanvas.Diffusion.Networks;
using PromptCanvas.Diffusion.Onnx;
using PromptCanvas.Diffusion.Onnx.Sessions;

namespace PromptCanvas.Cli.Bench;

/// <summary>CPU time of decoder and upsampler rows, compared with bare convolutions in the same run.</summary>
internal sealed class UNetBench(UnClipModel model, string folder, ExecutionProviders providers, int repeats)
{
    /// <summary>Enough work for a CPU clock with a resolution of 10 ms: one gigaflop takes a core about 10 ms.</summary>
    private const double OperationsPerMeasurement = 30e9;

    /// <summary>Number of context tokens that Kandinsky's decoder makes from an image embedding.</summary>
    private const int ImageTokens = 32;

    private static readonly (int Channels, int Side)[] PeakShapes = [(64, 64), (128, 32), (256, 16), (256, 32)];

    public IReadOnlyList<BenchRow> Run(IReadOnlyList<int> batches, CancellationToken cancellationToken)
    {
        using var probes = new Probes(providers);
        var rows = new List<BenchRow>();
        rows.AddRange(Decoder(batches, probes, cancellationToken));
        foreach (var stage in model.SuperResolution)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var grid = stage.OutputSize / stage.PixelUnshuffle;
            var channels = 2 * 3 * stage.PixelUnshuffle * stage.PixelUnshuffle;
            var cost = stage.Network.OperationsPerRow(grid);
            rows.AddRange(Measure($"{stage.OutputSize}² upsampler", 1, cost, probes, () => stage.Network.Run(
                new Dictionary<string, NetworkTensor>
                {
                    [NetworkNames.Sample] = NetworkTensor.Float32(new float[channels * grid * grid], 1, channels, grid, grid),
                    [NetworkNames.Timestep] = NetworkTensor.Int64([500], 1),
                },
                cancellationToken)));
        }

        return rows;
    }

    private IEnumerable<BenchRow> Decoder(IReadOnlyList<int> batches, Probes probes, CancellationToken cancellationToken)
    {
        var shapes = Shapes(model.Decoder.Network.Name);
        var cost = model.Decoder.Network.OperationsPerRow(Grid(model));
        foreach (var rows in batches)
        {
            var inputs = DecoderInputs(model, shapes, rows);
            foreach (var row in Measure($"decoder row, batch {rows}", rows, cost, probes, () => model.Decoder.Network.Run(inputs, cancellationToken)))
            {
                yield return row;
            }
        }
    }

    /// <summary>Length of a decoder row's attention context: the text states and the projected embeddings.</summary>
    internal static int Tokens(UnClipModel model) =>
        model.TextProjection is { } projection ? projection.ExtraContextTokens + model.Tokenizer.Length
        : model.Latents?.Text is { } text ? text.Tokenizer.Length : ImageTokens;

    /// <summary>Side of the grid the decoder works on: pixels, unshuffled pixels, or cells of a latent.</summary>
    internal static int Grid(UnClipModel model) => model.Decoder.ImageSize / (model.Latents?.Autoencoder.Factor ?? model.Decoder.PixelUnshuffle);

    /// <summary>Inputs of the decoder's shapes; their values do not affect the time.</summary>
    internal static Dictionary<string, NetworkTensor> DecoderInputs(UnClipModel model, IReadOnlyDictionary<string, IReadOnlyList<int>> shapes, int rows)
    {
        var grid = Grid(model);
        var channels = shapes["conv_in.weight"][1];
        var sample = NetworkTensor.Float32(new float[rows * channels * grid * grid], rows, channels, grid, grid);
        var timestep = NetworkTensor.Int64([.. Enumerable.Repeat(500L, rows)], rows);
        if (model.Latents?.Text is { } text)
        {
            var (states, labels) = (shapes.First(entry => entry.Key.EndsWith(".attn2.to_k.weight", StringComparison.Ordinal)).Value[1], 2 * model.Prior.EmbeddingSize);
            return new Dictionary<string, NetworkTensor>
            {
                [NetworkNames.Sample] = sample,
                [NetworkNames.Timestep] = timestep,
                [NetworkNames.EncoderHiddenStates] =
                    NetworkTensor.Float32(new float[rows * text.Tokenizer.Length * states], rows, text.Tokenizer.Length, states),
                [NetworkNames.ClassLabels] = NetworkTensor.Float32(new float[rows * labels], rows, labels),
            };
        }

        if (model.TextProjection is null)
        {
            var embedding = model.Prior.EmbeddingSize;
            return new Dictionary<string, NetworkTensor>
            {
                [NetworkNames.Sample] = sample,
                [NetworkNames.Timestep] = timestep,
                [NetworkNames.ImageEmbeds] = NetworkTensor.Float32(new float[rows * embedding], rows, embedding),
            };
        }

        var tokens = Tokens(model);
        var width = shapes.First(entry => entry.Key.EndsWith(".add_k_proj.weight", StringComparison.Ordinal)).Value[1];
        var classes = shapes["time_embedding.linear_2.weight"][0];
        return new Dictionary<string, NetworkTensor>
        {
            [NetworkNames.Sample] = sample,
            [NetworkNames.Timestep] = timestep,
            [NetworkNames.EncoderHiddenStates] = NetworkTensor.Float32(new float[rows * tokens * width], rows, tokens, width),
            [NetworkNames.ClassLabels] = NetworkTensor.Float32(new float[rows * classes], rows, classes),
            [NetworkNames.AttentionMask] = NetworkTensor.Int64([.. Enumerable.Repeat(1L, rows * tokens)], rows, tokens),
        };
    }

    /// <summary>The shapes of a network's tensors by their names.</summary>
    internal static IReadOnlyDictionary<string, IReadOnlyList<int>> ShapesOf(string folder) => NetworkRunner.ReadShapes(folder);

    internal static double ProcessorSeconds(Action work, int times)
    {
        var start = Environment.CpuUsage.TotalTime;
        for (var time = 0; time < times; time++)
        {
            work();
        }

        return (Environment.CpuUsage.TotalTime - start).TotalSeconds;
    }

    /// <summary>Alternates between the network and the bare convolutions.</summary>
    private IEnumerable<BenchRow> Measure(string name, int rows, double operationsPerRow, Probes probes, Action run)
    {
        run();
        var runs = Math.Max(1, (int)(OperationsPerMeasurement / (rows * operationsPerRow)));
        var milliseconds = new List<double>();
        var shares = new List<double>();
        for (var repeat = 0; repeat < repeats; repeat++)
        {
            var seconds = ProcessorSeconds(run, runs) / runs;
            milliseconds.Add(1000 * seconds / rows);
            shares.Add(100 * (rows * operationsPerRow / seconds) / probes.PeakOperationsPerSecond());
        }

        yield return BenchRow.Of($"{name}, CPU time ({operationsPerRow / 1e9:0.00} GFLOP)", "ms", milliseconds);
        yield return BenchRow.Of($"{name}, share of the convolution peak", "%", shares);
    }

    private IReadOnlyDictionary<string, IReadOnlyList<int>> Shapes(string network) => ShapesOf(NetworkRunner.WeightsFolder(folder, network));

    private sealed class Probes(ExecutionProviders providers) : IDisposable
    {
        private readonly ConvolutionProbe[] probes = [.. PeakShapes.Select(shape => new ConvolutionProbe(shape.Channels, shape.Side, providers))];

        /// <summary>The peak rate now: the best of the shapes.</summary>
        public double PeakOperationsPerSecond() => probes.Max(probe =>
        {
            var runs = (int)(OperationsPerMeasurement / PeakShapes.Length / probe.Operations);
            return runs * probe.Operations / ProcessorSeconds(probe.Run, runs);
        });

        public void Dispose()
        {
            foreach (var probe in probes)
            {
                probe.Dispose();
            }
        }
    }
}
