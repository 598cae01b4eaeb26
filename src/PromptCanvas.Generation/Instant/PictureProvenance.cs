using System.Numerics.Tensors;
using PromptCanvas.Data.Access;
using PromptCanvas.Diffusion;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Diffusion.Guidance;
using PromptCanvas.Diffusion.Images;
using PromptCanvas.Generation.Requests;
using PromptCanvas.Generation.Requests.Operations;
using PromptCanvas.Generation.Storage;

namespace PromptCanvas.Generation.Instant;

/// <inheritdoc/>
internal sealed class PictureProvenance(
    ProvenanceSources sources, IEngineProvider engines, StoredPictures pictures, InstantDrawings drawings, PictureCaptions captions) : IPictureProvenance
{
    /// <summary>Maximum side of a replay: decoder and first super-resolution stage. The full-size picture exists already.</summary>
    private const int ReplaySize = 256;

    private static readonly ConditioningMode[] AllComparisons =
        [ConditioningMode.CaptionOnly, ConditioningMode.TextEmbedding, ConditioningMode.AutoregressivePrior, ConditioningMode.DiffusionPrior];

    public async Task<ProvenanceView?> FindAsync(Actor actor, Guid imageId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(actor);
        if (await sources.FindAsync(actor, imageId, cancellationToken) is not { } source)
        {
            return null;
        }

        var engine = EngineOf(source);
        var text = await TextAsync(engine, source, cancellationToken);
        var tokens = engine is null || source.Job.Prompt.Length == 0 ? null : engines.WordsOf(source.Picture.Model)?.Tokenizer;
        var sequence = tokens?.Encode(source.Job.Prompt);
        return new ProvenanceView(
            source.Picture,
            JobJson.Read<EffectiveRecipe>(source.Recipe),
            sequence is null ? [] : tokens!.Pieces(sequence),
            sequence?.UnreadText ?? "",
            Unit(text),
            Unit(source.ImageEmbedding),
            text.Length > 0 && text.Length == source.ImageEmbedding.Length ? EmbeddingSpace.Cosine(text, source.ImageEmbedding) : null)
        {
            Caption = source.Job.Prompt,
            Timings = TimingsOf(source),
            Comparisons = ComparisonsOf(engine, actor, source),
            NoReplay = engine is null ? "The model that drew this picture is no longer installed." : (BlendPreviewDrawing.CheckPlace(engines) && CheckReplay(source)).Refusal?.Message,
        };
    }

    public async Task<IReadOnlyList<RankedCaption>> DescribeAsync(Actor actor, Guid imageId, int count, CancellationToken cancellationToken) =>
        await sources.FindAsync(actor, imageId, cancellationToken) is { } source && EngineOf(source) is { } engine
            ? await captions.DescribeAsync(engine, source.Picture.Model, source.ImageEmbedding, count, cancellationToken)
            : [];

    public async Task<Result<IReadOnlyList<ProvenanceFrame>>> ReplayAsync(Actor actor, Guid imageId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(actor);
        if (await sources.FindAsync(actor, imageId, cancellationToken) is not { } source)
        {
            return Missing();
        }

        if (CheckReplay(source).Refusal is { } none)
        {
            return none;
        }

        return await drawings.DrawAsync(
            actor, source.Picture.Model, RequestOf(actor, source, source.Operation), (engine, token) => ReplayAsync(engine, actor, source, token), cancellationToken);
    }

    public async Task<Result<ComparisonPicture>> CompareAsync(Actor actor, Guid imageId, ConditioningMode mode, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(actor);
        if (await sources.FindAsync(actor, imageId, cancellationToken) is not { } source)
        {
            return Missing();
        }

        return await drawings.DrawAsync(
            actor, source.Picture.Model, RequestOf(actor, source, new GenerateOperation()), (engine, token) => CompareAsync(engine, ComparisonRequest(source, actor, mode), token), cancellationToken);
    }

    private IReadOnlyList<ConditioningMode> ComparisonsOf(IImageEngine? engine, Actor actor, ProvenanceSource source) => engine is null || !engines.RunsHere
        ? []
        : [.. AllComparisons.Where(mode => source.Job.Prompt.Length > 0 && engine.Validate(ComparisonRequest(source, actor, mode)) is null)];

    private static NotFound Missing() => new("There is no picture with this id.");

    private static Result CheckReplay(ProvenanceSource source) =>
        source.Operation.Definition.PaintsIntoSource ? new Unavailable("This picture was painted into another one in several parts, so there is no single sequence of steps to show.")
        : !source.SourcesSeen ? new Unavailable("It was made from a picture that was deleted or that you may not see, and the first steps resemble that picture.")
        : Result.Done;

    private static float[] Unit(float[] embedding)
    {
        if (embedding.Length == 0 || EmbeddingSpace.Length(embedding) == 0)
        {
            return [];
        }

        var unit = new float[embedding.Length];
        TensorPrimitives.Divide(embedding, (float)EmbeddingSpace.Length(embedding), unit);
        return unit;
    }

    private static GenerationRequest ComparisonRequest(ProvenanceSource source, Actor actor, ConditioningMode mode) => new()
    {
        Prompt = source.Job.Prompt,
        NegativePrompt = source.Job.NegativePrompt,
        Seed = source.Picture.Seed,
        Count = 1,
        Size = BlendPreviewDrawing.Size,
        Person = actor.PersonId.ToString(),
        // The caption alone has no image embedding that a style could move.
        Overrides = source.Overrides with { Conditioning = mode, Style = mode == ConditioningMode.CaptionOnly ? null : source.Overrides.Style },
        PreviewsWanted = _ => false,
    };

    private async Task<Result<ComparisonPicture>> CompareAsync(IImageEngine engine, GenerationRequest request, CancellationToken cancellationToken)
    {
        if (!(await BlendPreviewDrawing.DrawAsync(engine, request, cancellationToken)).TryGet(out var drawn, out var refusal))
        {
            return refusal;
        }

        if (!(await drawings.ShowAsync(engine, drawn, cancellationToken)).TryGet(out var shown, out var notShown))
        {
            return notShown;
        }

        var picture = new ImageInput(drawn.Image.ToSource());
        var caption = new TextInput(request.Prompt);
        double? similarity = null;
        if (engines.EmbedderOf(engine, picture, caption) is { } embedder)
        {
            var embeddings = await embedder.EmbedAsync([picture, caption], cancellationToken);
            similarity = EmbeddingSpace.Cosine(embeddings[0], embeddings[1]);
        }

        return new ComparisonPicture(shown, similarity);
    }

    private static List<StageTiming> TimingsOf(ProvenanceSource source)
    {
        var timings = new List<StageTiming>();
        foreach (var (name, seconds) in JobJson.Read<Dictionary<string, double>>(source.Timings) ?? [])
        {
            if (Enum.TryParse<GenerationStage>(name, ignoreCase: true, out var stage))
            {
                timings.Add(new StageTiming(stage, seconds));
            }
        }

        return timings;
    }

    private async Task<Result<IReadOnlyList<ProvenanceFrame>>> ReplayAsync(
        IImageEngine engine, Actor actor, ProvenanceSource source, CancellationToken cancellationToken)
    {
        var job = source.Job;
        var request = new GenerationRequest
        {
            Prompt = job.Prompt,
            NegativePrompt = job.NegativePrompt,
            Seed = (uint)job.Seed,
            Count = job.Count,
            ImageIndices = [source.Picture.Index],
            Size = Math.Min(job.Size, ReplaySize),
            Person = actor.PersonId.ToString(),
            Overrides = source.Overrides,
        };
        if (!(await source.Operation.PrepareAsync(request, new OperationInputs(pictures, source.Hashes), cancellationToken)).TryGet(out var work, out var refusal))
        {
            return refusal;
        }

        var frames = new List<(ProvenanceFrame Step, SignedImage Image)>();
        var drawn = await BlendPreviewDrawing.DrawAsync(engine, work.Request, step => Keep(frames, step), cancellationToken);
        return drawn.TryGet(out var picture, out var failed) ? await drawings.ShownAsync(engine, picture, frames, cancellationToken) : failed;
    }

    private static void Keep(List<(ProvenanceFrame Step, SignedImage Image)> frames, StepCompleted step)
    {
        if (step.PredictedImage is { } image)
        {
            frames.Add((new ProvenanceFrame(step.Stage, step.Step, step.Steps, BlendPreviewDrawing.Encode(image)), image));
        }
    }

    // Rules may have been added after the picture was made, so the request is checked once more.
    private static NewJob RequestOf(Actor actor, ProvenanceSource source, JobOperation operation) => new()
    {
        IdempotencyKey = "provenance",
        PersonId = actor.PersonId,
        Role = actor.Role,
        Prompt = source.Job.Prompt,
        NegativePrompt = source.Job.NegativePrompt,
        Operation = operation,
        Overrides = source.Overrides,
        Count = 1,
        Size = BlendPreviewDrawing.Size,
    };

    private IImageEngine? EngineOf(ProvenanceSource source)
    {
        try
        {
            return engines.Models.Contains(source.Picture.Model, StringComparer.Ordinal) ? engines.Get(source.Picture.Model) : null;
        }
        catch (ModelException)
        {
            return null;
        }
    }

    private async Task<float[]> TextAsync(IImageEngine? engine, ProvenanceSource source, CancellationToken cancellationToken)
    {
        var caption = new TextInput(source.Job.Prompt);
        return caption.Text.Length > 0 && engines.EmbedderOf(engine, caption) is { } embedder
            ? (await embedder.EmbedAsync([caption], cancellationToken))[0]
            : [];
    }
}
