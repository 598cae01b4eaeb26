using System.Collections.Concurrent;
using Microsoft.ML.OnnxRuntime;
using PromptCanvas.Diffusion.Networks;
using PromptCanvas.Diffusion.Onnx.Checkpoints;
using PromptCanvas.Diffusion.Onnx.Graphs;

namespace PromptCanvas.Diffusion.Onnx.Sessions;

/// <summary>A network whose weights stay in their safetensors file until it is first run. Safe for several threads at once.</summary>
internal sealed class OnnxNetwork : INetwork, IReleasableNetwork
{
    /// <summary>Operations of one run on the processor above which more rows only wait for each other: a few seconds on two cores.</summary>
    private const double LargestCpuRun = 5e11;

    private static readonly string RowsSymbol = Dimension.Batch.Symbol!;

    private readonly ConcurrentDictionary<int, double> operations = new();
    private readonly NetworkGraph graph;
    private readonly SessionLoader loader;
    private readonly IdleNetworks? idle;
    private readonly string[] inputNames;
    private readonly string[] outputNames;
    private readonly BlockPool blocks = new();
    private readonly OnDemand<InferenceSession> session;
    private int releasesScratch;

    /// <summary>Puts a network together; nothing is loaded yet.</summary>
    /// <param name="name">The component's folder name.</param>
    /// <param name="graph">Its operators.</param>
    /// <param name="weights">A checkpoint that agrees with the graph's table.</param>
    /// <param name="providers">Its execution providers.</param>
    /// <param name="idle">Frees memory before it is loaded, and has the clock that measures its idle time; null = none is freed.</param>
    public OnnxNetwork(string name, NetworkGraph graph, ComponentWeights weights, ExecutionProviders providers, IdleNetworks? idle = null)
    {
        Name = name;
        this.graph = graph;
        this.idle = idle;
        loader = new SessionLoader(name, graph, weights, providers);
        session = new OnDemand<InferenceSession>(Load, idle?.Clock ?? TimeProvider.System);
        inputNames = [.. graph.Inputs.Select(spec => spec.Name)];
        outputNames = [.. graph.Outputs.Select(spec => NetworkGraph.OutputName(spec.Name))];
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public bool IsQuantized => loader.IsQuantized;

    /// <summary>Whether the weights have been loaded. Does not wait for a network that is being loaded.</summary>
    public bool IsLoaded => session.IsLoaded;

    /// <summary>Whether it ever ran.</summary>
    public bool HasRun => LastUse != 0;

    /// <summary>When it last ran, as a timestamp of the clock.</summary>
    public long LastUse => session.LastUse;

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, NetworkTensor> Run(
        IReadOnlyDictionary<string, NetworkTensor> inputs, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        var symbols = InputChecks.Check(Name, graph, inputs);
        cancellationToken.ThrowIfCancellationRequested();
        var loaded = session.Enter(cancellationToken);
        try
        {
            return loader.UsesRowBuckets && symbols[RowsSymbol] is var rows && RowBuckets.Of(rows) != rows
                ? RunFilled(loaded, inputs, symbols, cancellationToken)
                : Run(loaded, inputs, symbols, cancellationToken);
        }
        finally
        {
            session.Leave();
        }
    }

    /// <inheritdoc/>
    public double OperationsPerRow(int grid) => operations.GetOrAdd(grid, static (side, graph) => new OperationCount(graph).PerRow(side), graph);

    /// <inheritdoc/>
    public int RowLimit(int grid) => loader.UsesCpu && OperationsPerRow(grid) is > 0 and var each
        ? Math.Max(1, (int)Math.Min(int.MaxValue, LargestCpuRun / each))
        : int.MaxValue;

    /// <inheritdoc/>
    public void ReleaseScratchAfterNextRun() => Volatile.Write(ref releasesScratch, 1);

    /// <inheritdoc/>
    public void ReleaseScratch(CancellationToken cancellationToken)
    {
        if (session.EnterIfLoaded() is not { } loaded)
        {
            return;
        }

        try
        {
            ReleaseScratchAfterNextRun();
            var (inputs, symbols) = SmallestInputs.Of(graph);
            foreach (var output in Run(loaded, inputs, symbols, cancellationToken).Values)
            {
                Recycle(output);
            }
        }
        catch (OnnxRuntimeException fault)
        {
            System.Diagnostics.Trace.TraceWarning($"{Name} keeps its scratch memory until its next picture: {fault.Message}");
        }
        finally
        {
            session.Leave();
        }
    }

    /// <inheritdoc/>
    public void Recycle(NetworkTensor output)
    {
        ArgumentNullException.ThrowIfNull(output);
        blocks.Return(output.Floats);
    }

    /// <summary>Frees the weights; after the runs that are going on, if there are any.</summary>
    public void Dispose() => session.Dispose();

    /// <summary>Frees the weights when the network has been idle for a while; the next run loads them again.</summary>
    /// <param name="keep">How long is a while.</param>
    public void ReleaseIfIdle(TimeSpan keep) => session.ReleaseIfIdle(keep);

    /// <summary>Frees the weights unless the network is running or being loaded; the next run loads them again.</summary>
    /// <returns>Whether it had weights to free.</returns>
    public bool TryRelease() => session.TryRelease();

    /// <summary>Runs with padded rows and returns the requested ones.</summary>
    private Dictionary<string, NetworkTensor> RunFilled(
        InferenceSession loaded,
        IReadOnlyDictionary<string, NetworkTensor> inputs,
        Dictionary<string, int> symbols,
        CancellationToken cancellationToken)
    {
        var rows = symbols[RowsSymbol];
        symbols[RowsSymbol] = RowBuckets.Of(rows);
        var filled = Run(loaded, RowBuckets.Fill(inputs, symbols[RowsSymbol]), symbols, cancellationToken);
        return filled.ToDictionary(output => output.Key, output => RowBuckets.Cut(output.Value, rows), StringComparer.Ordinal);
    }

    private Dictionary<string, NetworkTensor> Run(
        InferenceSession loaded,
        IReadOnlyDictionary<string, NetworkTensor> inputs,
        Dictionary<string, int> symbols,
        CancellationToken cancellationToken)
    {
        // The runtime writes into blocks of ours: no copy, and none of its own memory.
        var outputs = new Dictionary<string, NetworkTensor>(StringComparer.Ordinal);
        var (inputValues, outputValues) = (new List<OrtValue>(inputNames.Length), new List<OrtValue>(outputNames.Length));
        using var options = new RunOptions();
        if (Interlocked.Exchange(ref releasesScratch, 0) == 1)
        {
            // After each run would cost a twentieth of a picture: its pages would have to be cleared again.
            options.AddRunConfigEntry("memory.enable_memory_arena_shrinkage", loader.Arenas);
        }

        try
        {
            foreach (var name in inputNames)
            {
                inputValues.Add(OrtCalls.Wrap(inputs[name]));
            }

            foreach (var spec in graph.Outputs)
            {
                var shape = spec.ShapeFor(symbols);
                var output = NetworkTensor.Float32(blocks.Rent(shape.Aggregate(1, (product, size) => product * size)), shape);
                outputs.Add(spec.Name, output);
                outputValues.Add(OrtCalls.Wrap(output));
            }

            // Disposed before the options are: after that no late cancellation can reach them.
            using (cancellationToken.Register(static options => OrtCalls.Stop((RunOptions)options!), options))
            {
                loaded.Run(options, inputNames, inputValues, outputNames, outputValues);
            }

            return outputs;
        }
        catch (OnnxRuntimeException fault) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException($"{Name} was stopped.", fault, cancellationToken);
        }
        finally
        {
            inputValues.ForEach(value => value.Dispose());
            outputValues.ForEach(value => value.Dispose());
        }
    }

    private InferenceSession Load(CancellationToken cancellationToken) => idle is null
        ? loader.Load(null, cancellationToken)
        : idle.Load(this, loader.Needed, () => loader.Load(() => idle.FreeAll(this), cancellationToken), cancellationToken);
}
