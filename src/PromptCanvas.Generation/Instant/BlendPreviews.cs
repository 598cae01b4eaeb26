using PromptCanvas.Data.Access;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Diffusion.Images;
using PromptCanvas.Generation.Requests;
using PromptCanvas.Generation.Requests.Operations;
using PromptCanvas.Generation.Results;
using PromptCanvas.Generation.Storage;
using PromptCanvas.Imaging.WebP;

namespace PromptCanvas.Generation.Instant;

/// <inheritdoc/>
internal sealed class BlendPreviews(IEngineProvider engines, InputPictures inputs, StoredPictures pictures, InstantDrawings drawings, EmbeddingCache embeddings)
    : IBlendPreviews
{
    /// <summary>Decoder steps of a draft. With DPM-Solver++, shapes and colours match 18 steps; edges are softer.</summary>
    private const int DraftSteps = 6;

    // The engine returns a phrase's embedding only together with a picture. That picture is discarded, so use the fewest steps.
    private const int FewestSteps = 2;

    public async Task<Result<EncodedPicture>> BlendAsync(Actor actor, BlendPreview asked, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(actor);
        ArgumentNullException.ThrowIfNull(asked);
        var job = new NewJob
        {
            IdempotencyKey = "blend-preview",
            PersonId = actor.PersonId,
            Role = actor.Role,
            Operation = new BlendOperation(asked.Inputs),
            Count = 1,
            Size = BlendPreviewDrawing.Size,
            Seed = asked.Seed,
        };
        if (FieldChecks.Check(job).Refusal is { } wrong)
        {
            return wrong;
        }

        if (!(await inputs.FindAsync(job, cancellationToken)).TryGet(out var found, out var missing))
        {
            return missing;
        }

        var model = asked.Model ?? engines.DefaultModel;
        if (!engines.Models.Contains(model, StringComparer.Ordinal))
        {
            return new InvalidInput("model", $"There is no model called {Excerpt.Of(model)}.");
        }

        return await drawings.DrawAsync(actor, model, job, (engine, token) => DrawAsync(engine, actor, asked, found, token), cancellationToken);
    }

    private async Task<Result<EncodedPicture>> DrawAsync(
        IImageEngine engine, Actor actor, BlendPreview asked, IReadOnlyList<InputPicture> found, CancellationToken cancellationToken)
    {
        var mixed = new List<ConditioningInput>();
        var next = 0;
        foreach (var input in asked.Inputs)
        {
            mixed.Add(input.Picture is null
                ? await PhraseAsync(engine, actor, input.Text!.Trim(), asked.Seed, cancellationToken)
                : await PictureAsync(engine, found[next++].ContentHash, cancellationToken));
        }

        var request = new GenerationRequest
        {
            Prompt = "",
            Seed = asked.Seed,
            Count = 1,
            Size = BlendPreviewDrawing.Size,
            Person = actor.PersonId.ToString(),
            Origin = new BlendOrigin(mixed, [.. asked.Inputs.Select(input => input.Weight ?? 1)]),
            Overrides = new RecipeOverrides { DecoderSteps = asked.Draft ? DraftSteps : null },
            PreviewsWanted = _ => false,
        };
        var drawn = await BlendPreviewDrawing.DrawAsync(engine, request, cancellationToken);
        return drawn.TryGet(out var picture, out var refusal) ? await drawings.ShowAsync(engine, picture, cancellationToken) : refusal;
    }

    private async Task<ConditioningInput> PictureAsync(IImageEngine engine, string hash, CancellationToken cancellationToken)
    {
        var key = new EmbeddingCache.Key(engine, hash, null, 0);
        if (embeddings.Find(key) is { } before)
        {
            return new EmbeddingInput(before);
        }

        var picture = await pictures.ReadAsync(hash, cancellationToken);
        var input = new ImageInput(new SourcePicture(picture.Width, picture.Height, picture.Bytes));
        if (engines.EmbedderOf(engine, input) is not { } embedder)
        {
            return input; // The engine reports the problem, or embeds the picture itself.
        }

        var embedding = (await embedder.EmbedAsync([input], cancellationToken))[0];
        embeddings.Keep(key, embedding);
        return new EmbeddingInput(embedding);
    }

    // Uses the prior with the preview's seed, so that the later job blends the same embedding.
    private async Task<ConditioningInput> PhraseAsync(IImageEngine engine, Actor actor, string text, uint seed, CancellationToken cancellationToken)
    {
        var key = new EmbeddingCache.Key(engine, null, text, seed);
        if (embeddings.Find(key) is { } before)
        {
            return new EmbeddingInput(before);
        }

        var request = new GenerationRequest
        {
            Prompt = text,
            Seed = seed,
            Count = 1,
            Size = BlendPreviewDrawing.Size,
            Person = actor.PersonId.ToString(),
            Overrides = new RecipeOverrides { DecoderSteps = FewestSteps },
            PreviewsWanted = _ => false,
        };
        if (!(await BlendPreviewDrawing.DrawAsync(engine, request, cancellationToken)).TryGet(out var drawn, out _))
        {
            return new TextInput(text);
        }

        embeddings.Keep(key, drawn.ImageEmbedding);
        return new EmbeddingInput(drawn.ImageEmbedding);
    }
}
