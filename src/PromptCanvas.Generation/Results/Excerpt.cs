using PromptCanvas.Data.Texts;

namespace PromptCanvas.Generation.Results;

/// <summary>Quotes the beginning of a caller's input in an error message.</summary>
public static class Excerpt
{
    /// <summary>Longest excerpt in UTF-16 code units, without the ellipsis.</summary>
    public const int Longest = 64;

    public static string Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Length <= Longest ? text : $"{TextRules.Cut(text, Longest)}…";
    }
}
