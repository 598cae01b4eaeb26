using PromptCanvas.Data.Access;
using PromptCanvas.Data.Pictures;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Generation.Library;
using PromptCanvas.Generation.Requests;

namespace PromptCanvas.Generation.Bias;

/// <summary>The pictures of an audit that one job draws.</summary>
/// <param name="Prompt">The prompt's place in the plan.</param>
/// <param name="First">The number of its first picture among those of the prompt.</param>
internal sealed record BiasBatch(int Prompt, int First, int Count)
{
    public static IEnumerable<BiasBatch> Of(BiasPlan plan)
    {
        for (var prompt = 0; prompt < plan.Prompts.Count; prompt++)
        {
            for (var first = 0; first < plan.PicturesPerPrompt; first += GenerationRequest.MaximumCount)
            {
                yield return new BiasBatch(prompt, first, Math.Min(GenerationRequest.MaximumCount, plan.PicturesPerPrompt - first));
            }
        }
    }

    /// <summary>The idempotency key of its job: after a crash, the same batch is the same job.</summary>
    public string KeyOf(string keyPrefix) => $"{keyPrefix}{Prompt}-{First}";

    public NewJob ToJob(string keyPrefix, Actor owner, BiasPlan plan) => new()
    {
        IdempotencyKey = KeyOf(keyPrefix),
        PersonId = owner.PersonId,
        Role = owner.Role,
        Background = true,
        Prompt = plan.Prompts[Prompt],
        Count = Count,
        Size = plan.Size,
        Seed = unchecked(plan.Seed + (uint)First),
        Model = plan.Model,
        Visibility = Visibilities.Private,
        Tag = SeriesTags.Bias,
        Overrides = plan.Overrides,
    };
}
