using System.Runtime.CompilerServices;
using PromptCanvas.Diffusion;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Diffusion.Tokenization;
using PromptCanvas.Generation.Requests;

namespace PromptCanvas.Web.Tests.Fakes;

/// <summary>An engine without networks: runs through all stages at a set pace; each picture is derived from its seed.</summary>
public sealed class ScriptedEngine : IImageEngine, IEmbedder, IPromptReader, IEngineProvider
{
    private static readonly (GenerationStage Stage, int Steps, int Side)[] Stages =
    [
        (GenerationStage.Prior, 3, 0), (GenerationStage.Decoder, 12, 64),
        (GenerationStage.SuperResolution256, 4, 256), (GenerationStage.SuperResolution1024, 3, 1024),
    ];

    private int atWork;
    private int picturesShown;

    /// <summary>Duration of one step of one picture.</summary>
    public TimeSpan StepTime { get; set; } = TimeSpan.Zero;

    /// <summary>The measured time that each picture reports.</summary>
    public double SecondsPerPicture { get; set; } = 0.1;

    /// <summary>When set, every picture fails with this message.</summary>
    public string? Failure { get; set; }

    /// <summary>When set, no model can be opened, for this reason.</summary>
    public string? Damage { get; set; }

    /// <summary>Number of steps that pictures take while the gate is closed; by default up to the decoder's second step.</summary>
    public int StepsBeforeGate { get; set; } = 5;

    /// <summary>While closed, no picture goes beyond <see cref="StepsBeforeGate"/>.</summary>
    public ManualResetEventSlim Gate { get; } = new(initialState: true);

    /// <summary>A file that closes the gate while it exists, for engines in other processes; null = none.</summary>
    public string? HeldBy { get; set; }

    /// <summary>Whether pictures waiting at the gate repeat their last step, for watchers that connect later.</summary>
    public bool ShowsWhileWaiting { get; set; }

    /// <summary>Its CLIP embeddings; null = it has no CLIP. Pictures are drawn from the prompt's embedding.</summary>
    public Func<ConditioningInput, float[]>? Clip { get; set; }

    /// <summary>The captions of its model's list.</summary>
    public IReadOnlyList<string> Captions { get; set; } = [];

    /// <summary>Maximum number of words that it reads.</summary>
    public int ReadsWords { get; set; } = int.MaxValue;

    /// <summary>False for a node that only serves pages.</summary>
    public bool RunsHere { get; set; } = true;

    /// <summary>Requests that it works on now.</summary>
    public int AtWork => Volatile.Read(ref atWork);

    /// <summary>Steps for which a preview was asked.</summary>
    public int PicturesShown => Volatile.Read(ref picturesShown);

    /// <summary>The latest request; null = none yet.</summary>
    public GenerationRequest? Latest { get; private set; }

    private bool IsHeld => !Gate.IsSet || (HeldBy is not null && File.Exists(HeldBy));

    public string DefaultModel => "starter";

    public IReadOnlyList<string> Models => ["starter"];

    public IImageEngine Get(string modelName) => Damage is null ? this : throw new ModelException(Damage);

    public ModelVocabulary? WordsOf(string modelName) => Captions.Count == 0 ? null : new ModelVocabulary(new NoTokens(), Captions);

    /// <summary>When set, every request is refused with this sentence.</summary>
    public string? Refusal { get; set; }

    public string? Validate(GenerationRequest request) => Refusal;

    public string? ValidateEmbedding(IReadOnlyList<ConditioningInput> inputs) => Clip is null ? "It has no CLIP." : null;

    public Task<IReadOnlyList<float[]>> EmbedAsync(IReadOnlyList<ConditioningInput> inputs, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<float[]>>([.. inputs.Select(Clip!)]);

    public string UnreadPart(string prompt) => string.Join(' ', prompt.Split(' ').Skip(ReadsWords));

    public int WorkingSizeFor(int side) => 64;

    public int? DraftSize => 64;

    public async IAsyncEnumerable<GenerationEvent> GenerateAsync(
        GenerationRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref atWork);
        try
        {
            await foreach (var happened in RunAsync(request, cancellationToken))
            {
                yield return happened;
            }
        }
        finally
        {
            Interlocked.Decrement(ref atWork);
        }
    }

    private async IAsyncEnumerable<GenerationEvent> RunAsync(GenerationRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Latest = request;
        var indices = request.ImageIndices ?? [.. Enumerable.Range(0, request.Count)];
        var total = Stages.Sum(stage => stage.Steps);
        var done = 0;
        foreach (var (stage, steps, side) in Stages)
        {
            for (var step = 1; step <= steps; step++)
            {
                done++;
                for (var wait = 0; done > StepsBeforeGate && IsHeld; wait++)
                {
                    await Task.Delay(50, cancellationToken);
                    if (ShowsWhileWaiting)
                    {
                        yield return Step(request, indices[wait % indices.Count], stage, Math.Max(1, step - 1), steps, side, (done - 1.0) / total);
                    }
                }

                foreach (var index in indices)
                {
                    await Task.Delay(StepTime, cancellationToken);
                    yield return Step(request, index, stage, step, steps, side, (double)done / total);
                }
            }
        }

        foreach (var index in indices)
        {
            yield return request.PictureWanted?.Invoke(index) == false ? new ImageDropped(index, request.SeedOf(index)) : Finish(request, index);
        }
    }

    private static float Clarity(GenerationStage stage, int step, int steps) =>
        stage == GenerationStage.Decoder ? 0.15f + (0.75f * step / steps) : 0.95f;

    private StepCompleted Step(
        GenerationRequest request, int index, GenerationStage stage, int step, int steps, int side, double progress)
    {
        var seed = request.Seeds?[index] ?? (request.Seed + (uint)index);
        var picture = side > 0 && request.PreviewsWanted?.Invoke(index) is not false
            ? new ScriptedScene(seed).Draw(side, Clarity(stage, step, steps))
            : null;
        if (picture is not null)
        {
            Interlocked.Increment(ref picturesShown);
        }

        return new StepCompleted(index, seed, stage, step, steps, progress, picture);
    }

    private GenerationEvent Finish(GenerationRequest request, int index)
    {
        var seed = request.Seeds?[index] ?? (request.Seed + (uint)index);
        return Failure is null
            ? new ImageCompleted(
                index,
                seed,
                new ScriptedScene(seed).Draw(request.Size, 1),
                Clip?.Invoke(new TextInput(request.Prompt)) ?? new float[8],
                new EffectiveRecipe("starter", request.Size, "diffusion", "ddim", 3, 1, "ddim", request.Overrides.DecoderSteps ?? 12, request.Overrides.DecoderGuidance ?? 1, [4, 3]) { NegativePrompt = request.NegativePrompt, Style = request.Overrides.Style is { } style ? new StyleUse(style.Name, style.Weight) { Id = style.Id } : null },
                [new StageTiming(GenerationStage.Decoder, SecondsPerPicture)])
            : new ImageFailed(index, seed, Failure);
    }

    private sealed class NoTokens : ITokenizer
    {
        public int Length => 0;

        public TokenSequence Encode(string text) => new([], [], 0, "");
    }
}
