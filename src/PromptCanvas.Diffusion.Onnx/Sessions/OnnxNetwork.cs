using Microsoft.ML.OnnxRuntime;
using PromptCanvas.Diffusion.Models;
using PromptCanvas.Diffusion.Networks;
using PromptCanvas.Diffusion.Onnx.Checkpoints;
using PromptCanvas.Diffusion.Onnx.Graphs;

namespace PromptCanvas.Diffusion.Onnx.Sessions;

/// <summary>A network whose weights stay in their safetensors file until it is first run. Safe for several threads at once.</summary>
internal sealed class OnnxNetwork : INetwork
{
    private readonly NetworkGraph graph;
    private readonly ComponentWeights weights;
    private readonly ExecutionProviders providers;
    private readonly TimeProvider clock;
    private readonly Lock gate = new();
    private readonly string[] inputNames;
    private readonly string[] outputNames;
    private readonly BlockPool blocks = new();
    private InferenceSession? session;
    private int running;
    private int releasesScratch;
    private long lastUse;
    private bool disposed;

    /// <summary>Puts a network together; nothing is loaded yet.</summary>
    /// <param name="name">The component's folder name.</param>
    /// <param name="graph">Its operators.</param>
    /// <param name="weights">A checkpoint that agrees with the graph's table.</param>
    /// <param name="providers">What runs it.</param>
    /// <param name="clock">Measures how long nobody runs it.</param>
    public OnnxNetwork(string name, NetworkGraph graph, ComponentWeights weights, ExecutionProviders providers, TimeProvider clock)
    {
        Name = name;
        this.graph = graph;
        this.weights = weights;
        this.providers = providers;
        this.clock = clock;
        inputNames = [.. graph.Inputs.Select(spec => spec.Name)];
        outputNames = [.. graph.Outputs.Select(spec => NetworkGraph.OutputName(spec.Name))];
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <summary>Whether the weights have been loaded.</summary>
    public bool IsLoaded
    {
        get
        {
            lock (gate)
            {
                return session is not null;
            }
        }
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, NetworkTensor> Run(
        IReadOnlyDictionary<string, NetworkTensor> inputs, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        var symbols = CheckInputs(inputs);
        cancellationToken.ThrowIfCancellationRequested();
        var loaded = Enter(cancellationToken);
        try
        {
            return Run(loaded, inputs, symbols, cancellationToken);
        }
        finally
        {
            Leave();
        }
    }

    /// <inheritdoc/>
    public void ReleaseScratchAfterNextRun() => Volatile.Write(ref releasesScratch, 1);

    /// <inheritdoc/>
    public void Recycle(NetworkTensor output)
    {
        ArgumentNullException.ThrowIfNull(output);
        blocks.Return(output.Floats);
    }

    /// <summary>Frees the weights; after the runs that are going on, if there are any.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            disposed = true;
            FreeWhenUnused();
        }
    }

    /// <summary>Frees the weights when the network has been idle for a while; the next run loads them again.</summary>
    /// <param name="keep">How long is a while.</param>
    public void ReleaseIfIdle(TimeSpan keep)
    {
        lock (gate)
        {
            if (session is not null && running == 0 && clock.GetElapsedTime(lastUse) >= keep)
            {
                session.Dispose();
                session = null;
            }
        }
    }

    private static OrtValue Wrap(NetworkTensor tensor)
    {
        var shape = tensor.Shape.Select(size => (long)size).ToArray();
        return tensor.IsFloat
            ? OrtValue.CreateTensorValueFromMemory(tensor.Floats, shape)
            : OrtValue.CreateTensorValueFromMemory(tensor.Integers, shape);
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
            options.AddRunConfigEntry("memory.enable_memory_arena_shrinkage", "cpu:0");
        }

        try
        {
            foreach (var name in inputNames)
            {
                inputValues.Add(Wrap(inputs[name]));
            }

            foreach (var spec in graph.Outputs)
            {
                var shape = spec.ShapeFor(symbols);
                var output = NetworkTensor.Float32(blocks.Rent(shape.Aggregate(1, (product, size) => product * size)), shape);
                outputs.Add(spec.Name, output);
                outputValues.Add(Wrap(output));
            }

            // Disposed before the options are: after that no late cancellation can reach them.
            using var stop = cancellationToken.Register(static options => ((RunOptions)options!).Terminate = true, options);
            loaded.Run(options, inputNames, inputValues, outputNames, outputValues);
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

    /// <summary>Checks the inputs; returns the values of the letters in their shapes.</summary>
    private Dictionary<string, int> CheckInputs(IReadOnlyDictionary<string, NetworkTensor> inputs)
    {
        var symbols = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var spec in graph.Inputs)
        {
            if (!inputs.TryGetValue(spec.Name, out var tensor))
            {
                throw new ArgumentException($"{Name}: the input '{spec.Name}' is missing; it takes {string.Join(", ", inputNames)}.", nameof(inputs));
            }

            spec.Check(Name, tensor, symbols);
        }

        if (inputs.Keys.FirstOrDefault(name => !inputNames.Contains(name)) is { } unknown)
        {
            throw new ArgumentException($"{Name}: there is no input '{unknown}'; it takes {string.Join(", ", inputNames)}.", nameof(inputs));
        }

        return symbols;
    }

    private InferenceSession Enter(CancellationToken cancellationToken)
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            cancellationToken.ThrowIfCancellationRequested();
            session ??= CreateSession();
            running++;
            return session;
        }
    }

    private void Leave()
    {
        lock (gate)
        {
            running--;
            lastUse = clock.GetTimestamp();
            FreeWhenUnused();
        }
    }

    private void FreeWhenUnused()
    {
        if (disposed && running == 0)
        {
            session?.Dispose();
            session = null;
        }
    }

    private InferenceSession CreateSession()
    {
        weights.ThrowIfChanged();
        var model = graph.ToModel(weights);
        try
        {
            return providers.Graphs is { } graphs && providers.UsesCpu
                ? graphs.Open(Name, model, weights, providers.CreateSession, options => FromCheckpoint(model, options))
                : providers.CreateSession(options => FromCheckpoint(model, options));
        }
        catch (OnnxRuntimeException fault)
        {
            throw new ModelException($"{weights.ShownName} cannot be loaded: {fault.Message.ReplaceLineEndings(" ")}", fault);
        }
    }

    private InferenceSession FromCheckpoint(byte[] model, SessionOptions options)
    {
        options.AddSessionConfigEntry("session.model_external_initializers_file_folder_path", weights.Folder);
        return new InferenceSession(model, options);
    }
}
