using System.Text.RegularExpressions;
using PromptCanvas.Data.Safety;

namespace PromptCanvas.Generation.Safety;

/// <summary>A rule about prompts, ready to be asked.</summary>
internal sealed class PromptRule
{
    // Without backtracking a pattern takes a time proportional to the prompt's length, whatever it says.
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

    /// <exception cref="ArgumentException">The pattern cannot be read.</exception>
    public static PromptRule Of(SafetyRule rule)
    {
        ArgumentNullException.ThrowIfNull(rule);
        var text = rule.Text.Trim();
        return rule.Kind == SafetyRuleKinds.Pattern
            ? new PromptRule(rule, ReadPattern(text), null, false)
            : new PromptRule(rule, null, NormalizedText.Of(text), text.EndsWith(OpenEnd));
    }

    /// <summary>Why a rule's text cannot be used; null when it can.</summary>
    public static string? ProblemOf(string kind, string text)
    {
        if (kind == SafetyRuleKinds.Words)
        {
            return NormalizedText.Of(text).IsEmpty ? "There is no letter in it; write a word or a phrase." : null;
        }

        try
        {
            return ReadPattern(text).IsMatch("") ? "This pattern matches everything, even an empty prompt." : null;
        }
        catch (NotSupportedException)
        {
            return "Patterns with look-around, back-references or atomic groups are not taken; write it without them.";
        }
        catch (ArgumentException fault)
        {
            return $"The pattern cannot be read: {fault.Message}";
        }
    }

    /// <summary>Whether a prompt is one of those it refuses.</summary>
    public bool Refuses(string prompt, NormalizedText folded) => pattern is null
        ? folded.Contains(phrase!, opensEnd)
        : pattern.IsMatch(prompt) || pattern.IsMatch(folded.Words);

    private static Regex ReadPattern(string text) => new(text, Options);
}
