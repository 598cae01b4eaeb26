namespace PromptCanvas.Generation.Results;

/// <summary>Repeats what a caller sent, in an error message, without repeating all of it.</summary>
public static class Excerpt
{
    /// <summary>Longest excerpt in UTF-16 code units, without the ellipsis.</summary>
    public const int Longest = 64;

    public static string Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length <= Longest)
        {
            return text;
        }

        // Never half a surrogate pair.
        var length = char.IsHighSurrogate(text[Longest - 1]) ? Longest - 1 : Longest;
        return $"{text[..length]}…";
    }
}
