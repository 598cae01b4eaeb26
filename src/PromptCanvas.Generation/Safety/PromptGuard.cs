using PromptCanvas.Data.Safety;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Generation.Requests;
using PromptCanvas.Generation.Results;

namespace PromptCanvas.Generation.Safety;

/// <summary>Refuses what the administrators' rules do not allow, before anything is written or charged.</summary>
internal sealed class PromptGuard(SafetyRuleService book)
{
    /// <returns>Why it is refused; null when it is not.</returns>
    public async Task<Refusal?> CheckAsync(NewJob job, IImageEngine engine, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(job);
        var rules = await book.ReadAsync(cancellationToken);
        if (rules.Count == 0)
        {
            return null;
        }

        foreach (var text in TextsOf(job).Where(text => !string.IsNullOrWhiteSpace(text)))
        {
            if (Refusing(rules, text) is { } rule)
            {
                await book.HitAsync(rule.Id, cancellationToken);
                return new PolicyViolation($"This studio does not make this: {ReasonOf(rule)}. Nothing was charged; change the words and try again.");
            }
        }

        return SafetyRuleService.OfPictures(rules).Count > 0 && ImageSafetyFilter.ProblemOf(engine) is { } problem ? new Unavailable(problem) : null;
    }

    /// <summary>The first rule that refuses a prompt; null = none does.</summary>
    public SafetyRule? Refusing(IReadOnlyList<SafetyRule> rules, string prompt)
    {
        var folded = NormalizedText.Of(prompt);
        return book.OfPrompts(rules).FirstOrDefault(rule => rule.Refuses(prompt, folded))?.Rule;
    }

    /// <summary>A rule's reason inside a sentence.</summary>
    public static string ReasonOf(SafetyRule rule) => rule.Reason.Trim().TrimEnd('.', '!', '?');

    private static IEnumerable<string> TextsOf(NewJob job)
    {
        yield return job.Prompt;

        // With guidance below 1 the negative prompt is drawn, and not avoided.
        if (job.NegativePrompt is { } negative && (job.Overrides.DecoderGuidance < 1 || job.Overrides.PriorGuidance < 1))
        {
            yield return negative;
        }

        var texts = job.Material switch
        {
            BlendMaterial blend => blend.Inputs.Select(input => input.Text ?? ""),
            TextDifferenceMaterial difference => [difference.From, difference.To],
            _ => [],
        };
        foreach (var text in texts)
        {
            yield return text;
        }
    }
}
