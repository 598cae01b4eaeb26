using System.Runtime.CompilerServices;
using PromptCanvas.Diffusion.Models;

namespace PromptCanvas.Diffusion.Engine.Execution;

/// <summary>The same model on several devices, as one engine: each request goes whole to the engine with the fewest pictures left to finish.</summary>
/// <remarks>A picture depends on its seed and not on its engine: bit for bit on the CPU, up to rounding between devices of different kinds.</remarks>
public sealed class EngineGroup : IImageEngine, IEmbedder, IPromptReader, IDisposable
{
    private readonly ImageEngine[] engines;

    /// <summary>Pictures each engine has been given and not yet finished, failed or lost.</summary>
    private readonly int[] unfinished;

    private readonly Lock gate = new();

    /// <summary>Groups engines.</summary>
    /// <param name="engines">Of one model, one a device, at least one; disposed of with the group.</param>
    public EngineGroup(IReadOnlyList<ImageEngine> engines)
    {
        ArgumentNullException.ThrowIfNull(engines);
        ArgumentOutOfRangeException.ThrowIfZero(engines.Count, nameof(engines));
        this.engines = [.. engines];
        unfinished = new int[engines.Count];
    }

    /// <inheritdoc/>
    public string Fingerprint => engines[0].Fingerprint;

    /// <inheritdoc/>
    public string? Validate(GenerationRequest request) => engines[0].Validate(request);

    /// <inheritdoc/>
    public int WorkingSizeFor(int side) => engines[0].WorkingSizeFor(side);

    /// <inheritdoc/>
    public bool MakesSquaresOnly => engines[0].MakesSquaresOnly;

    /// <inheritdoc/>
    public int? DraftSize => engines[0].DraftSize;

    /// <inheritdoc/>
    public StageRecipe? DecoderDefaults => engines[0].DecoderDefaults;

    /// <inheritdoc/>
    public (int Width, int Height) SizeOf(GenerationRequest request) => engines[0].SizeOf(request);

    /// <inheritdoc/>
    public double OperationsOf(GenerationRequest request) => engines[0].OperationsOf(request);

    /// <inheritdoc/>
    public IReadOnlyList<OfferedSize> Sizes => engines[0].Sizes;

    /// <inheritdoc/>
    public string UnreadPart(string prompt) => engines[0].UnreadPart(prompt);

    /// <inheritdoc/>
    public IAsyncEnumerable<GenerationEvent> GenerateAsync(GenerationRequest request, CancellationToken cancellationToken)
    {
        if (Validate(request) is { } problem)
        {
            throw new ArgumentException(problem, nameof(request));
        }

        return RunAsync(request, cancellationToken);
    }

    /// <inheritdoc/>
    public string? ValidateEmbedding(IReadOnlyList<ConditioningInput> inputs) => engines[0].ValidateEmbedding(inputs);

    /// <inheritdoc/>
    public Task<IReadOnlyList<float[]>> EmbedAsync(IReadOnlyList<ConditioningInput> inputs, CancellationToken cancellationToken) =>
        engines[LeastLoaded(0)].EmbedAsync(inputs, cancellationToken);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var engine in engines)
        {
            engine.Dispose();
        }
    }

    private async IAsyncEnumerable<GenerationEvent> RunAsync(
        GenerationRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var left = request.ImageIndices?.Count ?? request.Count;
        var chosen = LeastLoaded(left);
        try
        {
            await foreach (var value in engines[chosen].GenerateAsync(request, cancellationToken).ConfigureAwait(false))
            {
                if (value is ImageCompleted or ImageFailed)
                {
                    left--;
                    Release(chosen, 1);
                }

                yield return value;
            }
        }
        finally
        {
            Release(chosen, left);
        }
    }

    /// <summary>Chooses an engine and books pictures on it.</summary>
    private int LeastLoaded(int pictures)
    {
        lock (gate)
        {
            var chosen = Array.IndexOf(unfinished, unfinished.Min());
            unfinished[chosen] += pictures;
            return chosen;
        }
    }

    private void Release(int engine, int pictures)
    {
        lock (gate)
        {
            unfinished[engine] -= pictures;
        }
    }
}
