using PromptCanvas.Data.Access;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Generation.Requests;
using PromptCanvas.Generation.Results;
using PromptCanvas.Imaging.WebP;

namespace PromptCanvas.Generation.Instant;

/// <inheritdoc/>
internal sealed class StylePreviews(IEngineProvider engines, StyleRequests styles, InstantDrawings drawings, InstantEmbeddings embeddings) : IStylePreviews
{
    public async Task<Result<EncodedPicture>> DrawAsync(Actor actor, StylePreview asked, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(actor);
        ArgumentNullException.ThrowIfNull(asked);
        var job = new NewJob
        {
            IdempotencyKey = "style-preview",
            PersonId = actor.PersonId,
            Role = actor.Role,
            Prompt = asked.Prompt.Trim(),
            NegativePrompt = string.IsNullOrWhiteSpace(asked.NegativePrompt) ? null : asked.NegativePrompt.Trim(),
            Count = 1,
            Size = BlendPreviewDrawing.Size,
            Seed = asked.Seed,
            Model = asked.Model,
            Style = asked.Style,
        };
        if (FieldChecks.Check(job).Refusal is { } wrong)
        {
            return wrong;
        }

        if (!(await styles.CompleteAsync(job.WithNormalizedTexts(), cancellationToken)).TryGet(out var whole, out var missing))
        {
            return missing;
        }

        var model = asked.Model ?? engines.DefaultModel;
        return engines.Models.Contains(model, StringComparer.Ordinal)
            ? await drawings.DrawAsync(actor, model, whole, (engine, token) => DrawAsync(engine, whole, asked.Draft, token), cancellationToken)
            : new InvalidInput("model", $"There is no model called {Excerpt.Of(model)}.");
    }

    private async Task<Result<EncodedPicture>> DrawAsync(IImageEngine engine, NewJob job, bool draft, CancellationToken cancellationToken)
    {
        var phrase = new Phrase(job.Prompt, job.Seed!.Value, job.NegativePrompt);
        var embedding = await embeddings.PhraseAsync(engine, job.PersonId!.Value, phrase, cancellationToken);
        var request = new GenerationRequest
        {
            Prompt = job.Prompt,
            NegativePrompt = job.NegativePrompt,
            Seed = phrase.Seed,
            Count = 1,
            Size = BlendPreviewDrawing.Size,
            Person = job.PersonId.Value.ToString(),
            Overrides = job.Overrides with { DecoderSteps = draft ? BlendPreviewDrawing.DraftSteps : null },
            Finished = embedding is null ? null : new Dictionary<int, StageResult> { [0] = Begun(embedding, job.Overrides.Style) },
            PreviewsWanted = _ => false,
        };
        var drawn = await BlendPreviewDrawing.DrawAsync(engine, request, cancellationToken);
        return drawn.TryGet(out var picture, out var refusal) ? await drawings.ShowAsync(engine, picture, cancellationToken) : refusal;
    }

    // As if the prior had just ended.
    private static StageResult Begun(float[] embedding, PictureStyle? style) => new(
        GenerationStage.Prior,
        style is null || style.Direction.Length != embedding.Length ? embedding : style.AddTo(embedding),
        null,
        []);
}
