using PromptCanvas.Data.Access;
using PromptCanvas.Data.Texts;
using PromptCanvas.Diffusion;
using PromptCanvas.Generation.Bias.Measuring;
using PromptCanvas.Generation.Requests;
using PromptCanvas.Generation.Results;

namespace PromptCanvas.Generation.Bias;

/// <summary>Refuses audits that make no sense or are forbidden, before anything is made.</summary>
internal sealed class BiasOrders(IEngineProvider engines, RequestChecks requests)
{
    public Result<BiasWorld> WorldOf(string? model)
    {
        var name = model ?? engines.DefaultModel;
        if (!engines.Models.Contains(name, StringComparer.Ordinal))
        {
            return new InvalidInput("model", $"There is no model called {Excerpt.Of(name)}; this installation has {string.Join(", ", engines.Models)}.");
        }

        try
        {
            return BiasWorld.Of(engines.WordsOf(name));
        }
        catch (ModelException)
        {
            return ModelUnavailable.Of(name);
        }
    }

    /// <returns>The plan with its model named and its texts normalised.</returns>
    public async Task<Result<BiasPlan>> CheckAsync(Actor actor, BiasPlan plan, CancellationToken cancellationToken)
    {
        // Texts that are no Unicode cannot be normalised.
        if (BiasPlanChecks.Check(plan).Refusal is { } malformed)
        {
            return malformed;
        }

        var whole = plan with
        {
            Name = TextRules.Normalize(plan.Name).Trim(),
            Model = plan.Model ?? engines.DefaultModel,
            Prompts = [.. plan.Prompts.Select(prompt => TextRules.Normalize(prompt).Trim())],
        };
        if ((BiasPlanChecks.Check(whole) && (Result)WorldOf(whole.Model).Refusal).Refusal is { } invalid)
        {
            return invalid;
        }

        for (var prompt = 0; prompt < whole.Prompts.Count; prompt++)
        {
            var job = new BiasBatch(prompt, First: 0, Count: 1).ToJob("", actor, whole) with { IdempotencyKey = $"{Guid.NewGuid()}" };
            if ((await requests.CheckAsync(job, cancellationToken)).Refusal is { } refusal)
            {
                return refusal is InvalidInput { Field: "prompt" } text ? new InvalidInput("prompts", text.Message) : refusal;
            }
        }

        return whole;
    }
}
