using PromptCanvas.Data.Access;
using PromptCanvas.Data.Safety;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Diffusion.Images;
using PromptCanvas.Generation.Requests;
using PromptCanvas.Generation.Safety;
using PromptCanvas.Imaging.WebP;

namespace PromptCanvas.Generation.Instant;

/// <summary>Draws pictures outside the queue, subject to the administrators' rules, one per person and within the person's compute budget.</summary>
internal sealed class InstantDrawings(IEngineProvider engines, BlendPreviewTurns turns, PromptGuard prompts, ImageSafetyFilters filters)
{
    /// <summary>Checks the request's texts, then draws when there is capacity.</summary>
    /// <param name="job">The request in the form that the rules check.</param>
    /// <param name="draw">Draws with the model's engine.</param>
    public Task<Result<T>> DrawAsync<T>(
        Actor actor, string model, NewJob job, Func<IImageEngine, CancellationToken, Task<Result<T>>> draw, CancellationToken cancellationToken) =>
        BlendPreviewDrawing.GuardAsync(
            model,
            async () =>
            {
                if (BlendPreviewDrawing.CheckPlace(engines).Refusal is { } elsewhere)
                {
                    return elsewhere;
                }

                var engine = engines.Get(model);
                return (await prompts.CheckAsync(job.Texts, engine, cancellationToken)).Refusal is { } refusal
                    ? refusal
                    : await turns.RunWithinBudgetAsync(actor.PersonId, token => draw(engine, token), cancellationToken);
            },
            cancellationToken);

    /// <summary>The encoded picture, or why it is not shown.</summary>
    /// <param name="engine">The engine that drew it.</param>
    /// <param name="drawn">The picture.</param>
    /// <param name="cancellationToken">Cancels the check.</param>
    public async Task<Result<EncodedPicture>> ShowAsync(IImageEngine engine, ImageCompleted drawn, CancellationToken cancellationToken) =>
        await filters.ForAsync(engine, cancellationToken) is { } filter && await filter.RefusingAsync(drawn.ImageEmbedding, drawn.Image, cancellationToken) is { } rule
            ? Refused(rule)
            : BlendPreviewDrawing.Encode(drawn.Image);

    /// <summary>The steps that pass the rules, or why no step may be shown.</summary>
    public async Task<Result<IReadOnlyList<TStep>>> ShownAsync<TStep>(
        IImageEngine engine, ImageCompleted drawn, IReadOnlyList<(TStep Step, SignedImage Image)> steps, CancellationToken cancellationToken)
    {
        if (await filters.ForAsync(engine, cancellationToken) is not { } filter)
        {
            return steps.Select(step => step.Step).ToList();
        }

        if (await filter.RefusingAsync(drawn.ImageEmbedding, drawn.Image, cancellationToken) is { } rule)
        {
            return Refused(rule);
        }

        var shown = new List<TStep>();
        foreach (var (step, image) in steps)
        {
            if (await filter.RefusingAsync(image, ImageSafetyFilter.PreviewMargin, cancellationToken) is null)
            {
                shown.Add(step);
            }
        }

        return shown;
    }

    private static PolicyViolation Refused(SafetyRule rule) =>
        new($"Blocked, because it is too similar to something that this studio does not make: {PromptGuard.ReasonOf(rule)}.");
}
