using Microsoft.ML.OnnxRuntime;
using PromptCanvas.Diffusion.Onnx.Checkpoints;
using PromptCanvas.Diffusion.Onnx.Graphs;

namespace PromptCanvas.Diffusion.Onnx.Sessions;

/// <summary>Creates the session of one network: from the graph cache where the CPU runs it and a cache is kept, otherwise from the checkpoint.</summary>
/// <param name="name">The component's folder name.</param>
/// <param name="graph">Its operators.</param>
/// <param name="weights">A checkpoint that agrees with the graph's table.</param>
/// <param name="providers">Its execution providers.</param>
internal sealed class SessionLoader(string name, NetworkGraph graph, ComponentWeights weights, ExecutionProviders providers)
{
    /// <summary>Loading takes a little more than the weights.</summary>
    private const double LoadingFactor = 1.1;

    /// <summary>Without a cache the runtime holds the weights as the graph has them and as its matrix products read them.</summary>
    private const double UncachedFactor = 2.1;

    /// <summary>
    /// The runtime aligns blocks in a file only above this size, and reads them as if all were aligned: a smaller one ends the process
    /// (segmentation fault, ONNX Runtime 1.31.1 with AVX-512).
    /// </summary>
    private const long LargestUnaligned = 1 << 20;

    /// <summary>Bytes of memory that loading takes at most, mapped files included.</summary>
    public long Needed => (long)(graph.WeightBytes(weights, IsQuantized) * (providers.Graphs is null ? UncachedFactor : LoadingFactor));

    /// <summary>Whether its linear layers have 8-bit weights.</summary>
    public bool IsQuantized => providers.IsQuantized;

    /// <summary>Whether the CPU runs it.</summary>
    public bool UsesCpu => providers.UsesCpu;

    /// <summary>Whether rows are filled up to few sizes.</summary>
    public bool UsesRowBuckets => providers.UsesRowBuckets;

    /// <summary>The arenas whose scratch is given back.</summary>
    public string Arenas => providers.Arenas;

    /// <summary>Creates the session.</summary>
    /// <param name="freeMemory">Frees unused memory; returns whether any was freed.</param>
    /// <param name="cancellationToken">Stops loading.</param>
    /// <exception cref="ModelException">The files were changed, or the runtime cannot load them.</exception>
    /// <exception cref="OperationCanceledException">Loading was stopped.</exception>
    public InferenceSession Load(Func<bool>? freeMemory, CancellationToken cancellationToken)
    {
        weights.ThrowIfChanged();
        try
        {
            if (!providers.UsesCpu)
            {
                return providers.CreateSession(
                    options => FromFolder(graph.ToModel(weights), weights.Folder, options),
                    options => FromFolder(graph.ToModel(weights, providers.UsesHalf), weights.Folder, options),
                    freeMemory,
                    cancellationToken);
            }

            var precision = providers.CpuPrecision();
            var source = Source(precision);
            return providers.Graphs is { } graphs
                ? graphs.Open(source, create => providers.CreateSession(create, cancellationToken: cancellationToken))
                : precision == InferencePrecision.Int8
                    ? throw new ModelException("Inference:Precision is Int8, which keeps its weights in the graph cache: set Inference:GraphCache to a folder.")
                    : providers.CreateSession(source.FromCheckpoint, cancellationToken: cancellationToken);
        }
        catch (OnnxRuntimeException fault)
        {
            throw new ModelException($"{weights.ShownName} cannot be loaded: {fault.Message.ReplaceLineEndings(" ")}", fault);
        }
    }

    private static InferenceSession FromFolder(byte[] model, string folder, SessionOptions options)
    {
        options.AddSessionConfigEntry("session.model_external_initializers_file_folder_path", folder);
        return new InferenceSession(model, options);
    }

    private GraphSource Source(InferencePrecision precision)
    {
        var model = graph.ToModel(weights);
        List<string> identities = [.. weights.Files.Select(file => file.Identity)];
        if (precision == InferencePrecision.Int8)
        {
            identities.Add($"{precision}");
        }

        return new GraphSource(name, model, weights.Folder, identities, graph.WeightBytes(weights, precision == InferencePrecision.Int8), options => FromFolder(model, weights.Folder, options))
        {
            CanBePacked = precision != InferencePrecision.Int8
                && graph.Weights.All(weight => !weight.IsLinear || weight.Shape[0] * (long)weight.Shape[1] * sizeof(float) > LargestUnaligned),
            Convert = WeightConverter.IsNeeded(graph, weights, precision) ? folder => FromConverted(precision, folder) : null,
        };
    }

    private Func<SessionOptions, InferenceSession> FromConverted(InferencePrecision precision, string folder)
    {
        var model = graph.ToModel(WeightConverter.Write(graph, weights, precision, folder));
        return options => FromFolder(model, folder, options);
    }
}
