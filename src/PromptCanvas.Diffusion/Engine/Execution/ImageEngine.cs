using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using PromptCanvas.Diffusion.Engine.Lanes;
using PromptCanvas.Diffusion.Models;

namespace PromptCanvas.Diffusion.Engine.Execution;

/// <summary>One model on one device. A dedicated thread advances all people's pictures step by step.</summary>
/// <remarks>
/// Each turn chooses the next pictures, fills a batch with pictures in the same network, runs it once, and advances each
/// picture with its own sampler. A request that arrives while another runs joins at the next turn.
/// </remarks>
public sealed class ImageEngine : IImageEngine, IEmbedder, IPromptReader, IDisposable
{
    private readonly UnClipModel model;
    private readonly EngineLoop loop;
    private readonly ConcurrentQueue<Action<EngineLoop>> arrivals = new();
    private readonly AutoResetEvent wake = new(false);
    private readonly CancellationTokenSource stopping = new();

    // The thread ends requests that arrive before the stop; requests after it must not start a thread.
    private readonly Lock gate = new();

    private Thread? thread;
    private CancellationTokenSource? rest;
    private long arrivalCount;

    /// <summary>Creates an engine; nothing is loaded before the first request.</summary>
    /// <param name="model">The opened model; not disposed of by the engine.</param>
    /// <param name="options">Limits on the engine's use of device and memory.</param>
    /// <param name="noise">Where noise comes from; null = counter-based.</param>
    /// <param name="clock">Measures the stages; null = the system's.</param>
    public ImageEngine(UnClipModel model, EngineOptions options, INoiseSource? noise = null, TimeProvider? clock = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(options);
        this.model = model;
        loop = new EngineLoop(model, options, noise ?? new PhiloxNoiseSource(), clock ?? TimeProvider.System);
    }

    /// <inheritdoc/>
    public string Fingerprint => model.Fingerprint;

    /// <inheritdoc/>
    public string? Validate(GenerationRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return RequestValidator.Validate(model, request);
    }

    /// <summary>The side of the picture the model makes when asked for a size; a larger request is that picture enlarged, a smaller one reduced.</summary>
    /// <param name="size">The side asked for, in pixels.</param>
    public int MadeSizeFor(int size) => ModelSizes.MadeFor(model, size);

    /// <inheritdoc/>
    public int WorkingSizeFor(int side) => ModelSizes.WorkingFor(model, side);

    /// <inheritdoc/>
    public bool MakesSquaresOnly => model.Latents is null;

    /// <inheritdoc/>
    public int? DraftSize => ModelSizes.DraftOf(model);

    /// <inheritdoc/>
    public StageRecipe? DecoderDefaults => model.Recipe.Decoder;

    /// <inheritdoc/>
    public (int Width, int Height) SizeOf(GenerationRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var made = PictureSize.Made(model, ModelSizes.MadeFor(model, request.Size), request.Aspect).WithLongerSide(request.Size);
        return (made.Width, made.Height);
    }

    /// <inheritdoc/>
    public double OperationsOf(GenerationRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return WorkEstimate.OperationsOf(model, request);
    }

    /// <inheritdoc/>
    public IReadOnlyList<OfferedSize> Sizes =>
        [.. ModelSizes.Offered(model).Select(side => new OfferedSize(side, ModelSizes.MadeFor(model, side)))];

    /// <inheritdoc/>
    public string UnreadPart(string prompt)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        return model.Tokenizer.Encode(prompt.Trim()).UnreadText;
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<GenerationEvent> GenerateAsync(GenerationRequest request, CancellationToken cancellationToken)
    {
        if (Validate(request) is { } problem)
        {
            throw new ArgumentException(problem, nameof(request));
        }

        ObjectDisposedException.ThrowIf(stopping.IsCancellationRequested, this);
        return RunAsync(request, cancellationToken);
    }

    /// <inheritdoc/>
    public string? ValidateEmbedding(IReadOnlyList<ConditioningInput> inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        return OriginValidator.ValidateInputs(model, inputs);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<float[]>> EmbedAsync(IReadOnlyList<ConditioningInput> inputs, CancellationToken cancellationToken)
    {
        if (ValidateEmbedding(inputs) is { } problem)
        {
            throw new ArgumentException(problem, nameof(inputs));
        }

        if (inputs.Count == 0)
        {
            return [];
        }

        var work = new EmbeddingWork([.. inputs.Select(loop.Encoder.Prepare)], cancellationToken);
        Arrive(admitted => admitted.Admit(work));
        return await work.Completion.ConfigureAwait(false);
    }

    /// <summary>Stops within one step; requests under way end with <see cref="OperationCanceledException"/>.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            if (stopping.IsCancellationRequested)
            {
                return;
            }

            stopping.Cancel();
            wake.Set();
        }

        thread?.Join();
        wake.Dispose();
        stopping.Dispose();
    }

    private async IAsyncEnumerable<GenerationEvent> RunAsync(
        GenerationRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var active = new ActiveRequest(
            request, StagePlan.Create(model, request), Interlocked.Increment(ref arrivalCount), cancellationToken);
        try
        {
            Arrive(admitted => admitted.Admit(active));
            await foreach (var value in active.Events.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                yield return value;
            }
        }
        finally
        {
            active.Abandon();
        }
    }

    private void Arrive(Action<EngineLoop> arrival)
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(stopping.IsCancellationRequested, this);
            arrivals.Enqueue(arrival);
            rest?.Cancel();
            if (thread is null)
            {
                thread = new Thread(Work) { IsBackground = true, Name = $"engine {model.Name}" };
                thread.Start();
            }

            wake.Set();
        }
    }

    // An exception on this thread would end the process. It goes to everyone who waits for this engine.
    private bool Turn(CancellationToken token)
    {
        try
        {
            while (arrivals.TryDequeue(out var arrived))
            {
                arrived(loop);
            }

            if (loop.Turn(token))
            {
                return true;
            }

            Rest(token);
            return false;
        }
#pragma warning disable CA1031 // Nothing is swallowed: the fault travels to every request it ends.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            loop.FailAll(fault);
            return true;
        }
    }

    /// <summary>Uses a pause; a request that arrives ends it.</summary>
    private void Rest(CancellationToken token)
    {
        using var resting = CancellationTokenSource.CreateLinkedTokenSource(token);
        lock (gate)
        {
            if (!arrivals.IsEmpty)
            {
                return;
            }

            rest = resting;
        }

        try
        {
            loop.Rest(resting.Token);
        }
        finally
        {
            lock (gate)
            {
                rest = null;
            }
        }
    }

    private void Work()
    {
        var token = stopping.Token;
        while (!token.IsCancellationRequested)
        {
            if (!Turn(token))
            {
                wake.WaitOne();
            }
        }

        while (arrivals.TryDequeue(out var arrived))
        {
            arrived(loop);
        }

        loop.CancelAll();
    }
}
