using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using PromptCanvas.Diffusion;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Diffusion.Images;
using PromptCanvas.Generation.Requests;

namespace PromptCanvas.Generation.Tests.Fakes;

/// <summary>Scriptable engine: per picture one prior step, one decoder step, then the picture.</summary>
internal sealed class FakeEngine : IImageEngine, IEmbedder
{
    public ConcurrentQueue<GenerationRequest> Requests { get; } = new();

    /// <summary>Awaited before each picture is finished; may block or throw.</summary>
    public Func<GenerationRequest, int, CancellationToken, Task> BeforeImage { get; set; } = (_, _, _) => Task.CompletedTask;

    public Func<int, bool> NotANumber { get; set; } = _ => false;

    /// <summary>Seeds whose pictures fail.</summary>
    public Func<uint, bool> Unlucky { get; set; } = _ => false;

    /// <summary>Fingerprint of the model.</summary>
    public string Fingerprint { get; set; } = "one";

    public string? Refusal { get; set; }

    public int? DraftSize { get; set; } = 64;

    public IReadOnlyList<OfferedSize> Sizes { get; set; } = [];

    /// <summary>The CLIP embedding of an input; null = the model has no CLIP.</summary>
    public Func<ConditioningInput, float[]>? Clip { get; set; }

    /// <summary>The image embedding from which a picture is drawn, by seed.</summary>
    public Func<uint, float[]> Prior { get; set; } = seed => [seed, 1.5f, float.Epsilon, -0f];

    /// <summary>The finished picture of a seed.</summary>
    public Func<uint, SignedImage> Draws { get; set; } = Picture;

    /// <summary>The finished picture of a request and seed; null = as <see cref="Draws"/>.</summary>
    public Func<GenerationRequest, uint, SignedImage?> DrawsFor { get; set; } = (_, _) => null;

    /// <summary>Floating-point operations of a request; 0 = not known.</summary>
    public Func<GenerationRequest, double> Operations { get; set; } = _ => 0;

    /// <summary>Whether its CLIP reads texts; otherwise only pictures.</summary>
    public bool ReadsTexts { get; set; } = true;

    public double OperationsOf(GenerationRequest request) => Operations(request);

    public string? ValidateEmbedding(IReadOnlyList<ConditioningInput> inputs) =>
        Clip is null ? "It has no CLIP."
        : !ReadsTexts && inputs.Any(input => input is TextInput) ? "It reads no texts."
        : null;

    public Task<IReadOnlyList<float[]>> EmbedAsync(IReadOnlyList<ConditioningInput> inputs, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<float[]>>([.. inputs.Select(Clip!)]);

    public string? Validate(GenerationRequest request) => Refusal;

    public int WorkingSizeFor(int side) => 64;

    public async IAsyncEnumerable<GenerationEvent> GenerateAsync(
        GenerationRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Requests.Enqueue(request);
        foreach (var index in request.ImageIndices ?? [.. Enumerable.Range(0, request.Count)])
        {
            var seed = request.SeedOf(index);
            yield return new StepCompleted(index, seed, GenerationStage.Prior, 1, 1, 0.1, null);
            if (request.ReportsStages && ReportsStages)
            {
                yield return new StageCompleted(index, seed, new StageResult(GenerationStage.Prior, Prior(seed), null, [new(GenerationStage.Prior, 0.5)]));
                yield return new StageCompleted(index, seed, StageOf(seed) with { ImageEmbedding = Prior(seed) }) { Recipe = Recipe(request) };
            }

            yield return new StepCompleted(index, seed, GenerationStage.Decoder, 1, 1, 0.5, Picture(seed));
            await BeforeImage(request, index, cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
            if (request.PictureWanted?.Invoke(index) == false)
            {
                yield return new ImageDropped(index, seed);
                continue;
            }

            yield return NotANumber(index) || Unlucky(seed)
                ? new ImageFailed(index, seed, "The picture came out as not a number.") { OfItsSeed = true }
                : new ImageCompleted(index, seed, DrawsFor(request, seed) ?? Draws(seed), Clip is null ? [1.5f, -2] : Prior(seed), Recipe(request), [new(GenerationStage.Prior, 0.5), new(GenerationStage.Decoder, 1.5)]);
        }
    }

    /// <summary>Whether the engine reports completed stages.</summary>
    public bool ReportsStages { get; set; }

    /// <summary>Result of the decoder stage.</summary>
    public static StageResult StageOf(uint seed) =>
        new(GenerationStage.Decoder, Embedding(seed), Picture(seed), [new(GenerationStage.Prior, 0.5), new(GenerationStage.Decoder, 1.5)]);

    private static float[] Embedding(uint seed) => [seed, 1.5f, float.Epsilon, -0f];

    /// <summary>The picture of a seed.</summary>
    public static SignedImage Picture(uint seed)
    {
        var values = new float[SignedImage.Channels * 64 * 64];
        for (var index = 0; index < values.Length; index++)
        {
            values[index] = MathF.Sin(index + (seed % 1000));
        }

        return new SignedImage(64, 64, values);
    }

    private static EffectiveRecipe Recipe(GenerationRequest request) =>
        new("starter", request.Size, "diffusion", "ddim", 2, 1, "ddim", 2, 1, []);
}

internal sealed class FakeEngines(FakeEngine engine) : IEngineProvider
{
    public string DefaultModel => "starter";

    public IReadOnlyList<string> Models { get; set; } = ["karlo", "starter"];

    public IReadOnlyList<string> Loaded { get; set; } = [];

    /// <summary>Thrown by <see cref="Get"/>.</summary>
    public ModelException? Damaged { get; set; }

    public IImageEngine Get(string modelName) => Damaged is null ? engine : throw Damaged;
}
