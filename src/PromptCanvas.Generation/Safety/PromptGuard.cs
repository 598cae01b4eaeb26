using PromptCanvas.Data.Safety;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Generation.Results;

namespace PromptCanvas.Generation.Safety;

/// <summary>Refuses requests that violate the administrators' rules, before anything is written or charged.</summary>
internal sealed class PromptGuard(SafetyRuleService book)
{
    public async Task<Result> CheckAsync(IEnumerable<string> texts, IImageEngine engine, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(texts);
        var rules = await book.ReadAsync(cancellationToken);
        if (rules.Count == 0)
        {
            return Result.Done;
        }

        foreach (var text in texts.Where(text => !string.IsNullOrWhiteSpace(text)))
        {
            if (Refusing(rules, text) is { } rule)
            {
                await book.HitAsync(rule.Id, cancellationToken);
                return new PolicyViolation($"This studio does not make this: {ReasonOf(rule)}. Nothing was charged; change the words and try again.");
            }
        }

        return SafetyRuleService.OfPictures(rules).Count > 0 ? ImageSafetyFilter.Check(engine) : Result.Done;
    }

    /// <summary>The first rule that refuses a prompt; null if none does.</summary>
    public SafetyRule? Refusing(IReadOnlyList<SafetyRule> rules, string prompt)
    {
        var folded = NormalizedText.Of(prompt);
        return book.OfPrompts(rules).FirstOrDefault(rule => rule.Refuses(prompt, folded))?.Rule;
    }

    /// <summary>A rule's reason, without its final punctuation, for use inside a sentence.</summary>
    public static string ReasonOf(SafetyRule rule) => rule.Reason.Trim().TrimEnd('.', '!', '?');
}
