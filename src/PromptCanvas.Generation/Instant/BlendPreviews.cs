using PromptCanvas.Data.Access;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Generation.Requests;
using PromptCanvas.Generation.Requests.Operations;
using PromptCanvas.Generation.Results;
using PromptCanvas.Imaging.WebP;

namespace PromptCanvas.Generation.Instant;

/// <inheritdoc/>
internal sealed class BlendPreviews(IEngineProvider engines, InputPictures inputs, InstantDrawings drawings, InstantEmbeddings embeddings) : IBlendPreviews
{
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
                : await embeddings.PictureAsync(engine, found[next++].ContentHash, cancellationToken));
        }

        var request = new GenerationRequest
        {
            Prompt = "",
            Seed = asked.Seed,
            Count = 1,
            Size = BlendPreviewDrawing.Size,
            Person = actor.PersonId.ToString(),
            Origin = new BlendOrigin(mixed, [.. asked.Inputs.Select(input => input.Weight ?? 1)]),
            Overrides = new RecipeOverrides { DecoderSteps = asked.Draft ? BlendPreviewDrawing.DraftSteps : null },
            PreviewsWanted = _ => false,
        };
        var drawn = await BlendPreviewDrawing.DrawAsync(engine, request, cancellationToken);
        return drawn.TryGet(out var picture, out var refusal) ? await drawings.ShowAsync(engine, picture, cancellationToken) : refusal;
    }

    // Uses the prior with the preview's seed, so that the later job blends the same embedding.
    private async Task<ConditioningInput> PhraseAsync(IImageEngine engine, Actor actor, string text, uint seed, CancellationToken cancellationToken) =>
        await embeddings.PhraseAsync(engine, actor.PersonId, new Phrase(text, seed), cancellationToken) is { } embedding ? new EmbeddingInput(embedding) : new TextInput(text);
}
