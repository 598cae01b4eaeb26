using System.Numerics.Tensors;
using System.Text.Json;
using PromptCanvas.Data.People;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Diffusion.Guidance;
using PromptCanvas.Diffusion.Images;
using PromptCanvas.Diffusion.Models;
using PromptCanvas.Generation.Engines;
using PromptCanvas.Generation.Jobs;
using PromptCanvas.Generation.Results;
using PromptCanvas.Generation.Sketches;

namespace PromptCanvas.Generation.Story;

/// <inheritdoc/>
internal sealed class PictureStory(
    StorySources sources, IEngineProvider engines, EngineWorks works, SketchTurns turns, SketchGuard guard, PictureCaptions captions) : IPictureStory
{
    /// <summary>The side of a replay: the decoder and the first upsampler. The largest picture is there already.</summary>
    private const int ReplaySize = 256;

    private static readonly ConditioningMode[] AllWays =
        [ConditioningMode.CaptionOnly, ConditioningMode.TextEmbedding, ConditioningMode.AutoregressivePrior, ConditioningMode.DiffusionPrior];

    public async Task<Story?> FindAsync(Viewer viewer, Guid imageId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(viewer);
        if (await sources.FindAsync(viewer, imageId, cancellationToken) is not { } source)
        {
            return null;
        }

        var engine = EngineOf(source);
        var text = await TextAsync(engine, source, cancellationToken);
        var tokens = engine is null || source.Picture.Prompt.Length == 0 ? null : engines.WordsOf(source.Picture.Model)?.Tokenizer;
        var sequence = tokens?.Encode(source.Picture.Prompt);
        return new Story(
            source.Picture,
            Read<EffectiveRecipe>(source.Recipe),
            sequence is null ? [] : tokens!.Pieces(sequence),
            sequence?.UnreadText ?? "",
            Unit(text),
            Unit(source.ImageEmbedding),
            text.Length > 0 && text.Length == source.ImageEmbedding.Length ? EmbeddingSpace.Cosine(text, source.ImageEmbedding) : null)
        {
            Timings = TimingsOf(source),
            Ways = engine is null ? [] : [.. AllWays.Where(way => source.Picture.Prompt.Length > 0 && engine.Validate(Way(source, viewer, way)) is null)],
            NoReplay = engine is null ? "The model that drew this picture is no longer installed." : NoReplay(source),
        };
    }

    public async Task<IReadOnlyList<RankedCaption>> DescribeAsync(Viewer viewer, Guid imageId, int count, CancellationToken cancellationToken) =>
        await sources.FindAsync(viewer, imageId, cancellationToken) is { } source && EngineOf(source) is { } engine
            ? await captions.DescribeAsync(engine, source.Picture.Model, source.ImageEmbedding, count, cancellationToken)
            : [];

    public async Task<Result<IReadOnlyList<StoryFrame>>> ReplayAsync(Viewer viewer, Guid imageId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(viewer);
        if (await sources.FindAsync(viewer, imageId, cancellationToken) is not { } source)
        {
            return Missing();
        }

        if (NoReplay(source) is { } reason)
        {
            return new Unavailable(reason);
        }

        return await SketchDrawing.GuardAsync(
            async () => await RefusedAsync(viewer, source, source.Material, cancellationToken) is { } refusal
                ? refusal
                : await turns.RunAsync(viewer.PersonId, token => ReplayAsync(viewer, source, token), cancellationToken),
            cancellationToken);
    }

    public async Task<Result<WayPicture>> WayAsync(Viewer viewer, Guid imageId, ConditioningMode way, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(viewer);
        if (await sources.FindAsync(viewer, imageId, cancellationToken) is not { } source)
        {
            return Missing();
        }

        return await SketchDrawing.GuardAsync(
            async () => await RefusedAsync(viewer, source, null, cancellationToken) is { } refusal
                ? refusal
                : await turns.RunAsync(
                    viewer.PersonId, token => WayAsync(engines.Get(source.Picture.Model), Way(source, viewer, way), token), cancellationToken),
            cancellationToken);
    }

    private static NotFound Missing() => new("There is no picture with this id.");

    private static string? NoReplay(StorySource source) =>
        source.Material is { PaintsInto: true } ? "This picture was painted into another one, step by step in several places; there is no single row of steps to show."
        : !source.SourcesSeen ? "It was made from a picture that is gone or not yours to see, and the first steps look like that one."
        : null;

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

    private static GenerationRequest Way(StorySource source, Viewer viewer, ConditioningMode way) => new()
    {
        Prompt = source.Picture.Prompt,
        NegativePrompt = source.Job.NegativePrompt,
        Seed = source.Picture.Seed,
        Count = 1,
        Size = SketchDrawing.Size,
        Person = viewer.PersonId.ToString(),
        Overrides = source.Overrides with { Conditioning = way },
        PreviewsWanted = _ => false,
    };

    private async Task<Result<WayPicture>> WayAsync(IImageEngine engine, GenerationRequest request, CancellationToken cancellationToken)
    {
        if (!(await SketchDrawing.DrawAsync(engine, request, cancellationToken)).TryGet(out var drawn, out var refusal))
        {
            return refusal;
        }

        if (!(await guard.ShowAsync(engine, drawn, cancellationToken)).TryGet(out var shown, out var notShown))
        {
            return notShown;
        }

        var picture = new ImageInput(new SourcePicture(drawn.Image.Width, drawn.Image.Height, drawn.Image.ToRgbBytes()));
        var caption = new TextInput(request.Prompt);
        double? similarity = null;
        if (engine is IEmbedder embedder && embedder.ValidateEmbedding([picture, caption]) is null)
        {
            var embeddings = await embedder.EmbedAsync([picture, caption], cancellationToken);
            similarity = EmbeddingSpace.Cosine(embeddings[0], embeddings[1]);
        }

        return new WayPicture(shown, similarity);
    }

    private static T? Read<T>(string json)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize<T>(json, JobJson.Options);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static List<StageTiming> TimingsOf(StorySource source)
    {
        var timings = new List<StageTiming>();
        foreach (var (name, seconds) in Read<Dictionary<string, double>>(source.Timings) ?? [])
        {
            if (Enum.TryParse<GenerationStage>(name, ignoreCase: true, out var stage))
            {
                timings.Add(new StageTiming(stage, seconds));
            }
        }

        return timings;
    }

    private async Task<Result<IReadOnlyList<StoryFrame>>> ReplayAsync(Viewer viewer, StorySource source, CancellationToken cancellationToken)
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
            Person = viewer.PersonId.ToString(),
            Overrides = source.Overrides,
        };
        if (!(await works.PrepareAsync(request, source.Material, source.Hashes, cancellationToken)).TryGet(out var work, out var refusal))
        {
            return refusal;
        }

        var frames = new List<(StoryFrame Step, SignedImage Image)>();
        var engine = engines.Get(job.Model);
        var drawn = await SketchDrawing.DrawAsync(engine, work.Request, step => Keep(frames, step), cancellationToken);
        return drawn.TryGet(out var picture, out var failed) ? await guard.ShownAsync(engine, picture, frames, cancellationToken) : failed;
    }

    private static void Keep(List<(StoryFrame Step, SignedImage Image)> frames, StepCompleted step)
    {
        if (step.PredictedImage is { } image)
        {
            frames.Add((new StoryFrame(step.Stage, step.Step, step.Steps, SketchDrawing.Encode(image)), image));
        }
    }

    // Rules may be younger than the picture.
    private async Task<Refusal?> RefusedAsync(Viewer viewer, StorySource source, Material? material, CancellationToken cancellationToken) =>
        await guard.CheckAsync(
            new NewJob
            {
                IdempotencyKey = "story",
                PersonId = viewer.PersonId,
                Role = viewer.Role,
                Prompt = source.Picture.Prompt,
                NegativePrompt = source.Job.NegativePrompt,
                Material = material,
                Overrides = source.Overrides,
                Count = 1,
                Size = SketchDrawing.Size,
            },
            engines.Get(source.Picture.Model),
            cancellationToken);

    private IImageEngine? EngineOf(StorySource source)
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

    private static async Task<float[]> TextAsync(IImageEngine? engine, StorySource source, CancellationToken cancellationToken)
    {
        var caption = new TextInput(source.Picture.Prompt);
        return engine is IEmbedder embedder && caption.Text.Length > 0 && embedder.ValidateEmbedding([caption]) is null
            ? (await embedder.EmbedAsync([caption], cancellationToken))[0]
            : [];
    }
}
