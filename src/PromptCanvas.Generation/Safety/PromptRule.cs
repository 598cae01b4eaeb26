using System.Text.RegularExpressions;
using PromptCanvas.Data.Safety;

namespace PromptCanvas.Generation.Safety;

/// <summary>A compiled rule about prompts.</summary>
internal sealed class PromptRule
{
    // Without backtracking, matching time is linear in the prompt's length for every pattern.
    private const RegexOptions Options = RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant;
    private const char OpenEnd = '*';

    private readonly Regex? pattern;
    private readonly NormalizedText? phrase;
    private readonly bool opensEnd;

    private PromptRule(SafetyRule rule, Regex? pattern, NormalizedText? phrase, bool opensEnd)
    {
        Rule = rule;
        this.pattern = pattern;
        this.phrase = phrase;
        this.opensEnd = opensEnd;
    }

    public SafetyRule Rule { get; }

    /// <exception cref="ArgumentException">The pattern is invalid.</exception>
    public static PromptRule Of(SafetyRule rule)
    {
        ArgumentNullException.ThrowIfNull(rule);
        var text = rule.Text.Trim();
        return rule.Kind == SafetyRuleKinds.Pattern
            ? new PromptRule(rule, ReadPattern(text), null, false)
            : new PromptRule(rule, null, NormalizedText.Of(text), text.EndsWith(OpenEnd));
    }

    /// <summary>Checks a rule's text.</summary>
    public static Result Check(string kind, string text)
    {
        if (kind == SafetyRuleKinds.Words)
        {
            return NormalizedText.Of(text).IsEmpty ? new InvalidInput("text", "The text contains no letters; write a word or a phrase.") : Result.Done;
        }

        try
        {
            return ReadPattern(text).IsMatch("") ? new InvalidInput("text", "This pattern matches everything, even an empty prompt.") : Result.Done;
        }
        catch (NotSupportedException)
        {
            return new InvalidInput("text", "Patterns with look-around, back-references or atomic groups are not supported; write the pattern without them.");
        }
        catch (ArgumentException fault)
        {
            return new InvalidInput("text", $"The pattern cannot be read: {fault.Message}");
        }
    }

    /// <summary>Whether the rule refuses a prompt.</summary>
    public bool Refuses(string prompt, NormalizedText folded) => pattern is null
        ? folded.Contains(phrase!, opensEnd)
        : pattern.IsMatch(prompt) || pattern.IsMatch(folded.Words);

    private static Regex ReadPattern(string text) => new(text, Options);
}
