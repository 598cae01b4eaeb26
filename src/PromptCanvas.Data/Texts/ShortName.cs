namespace PromptCanvas.Data.Texts;

/// <summary>Names that people give to themselves, to keys and to passkeys.</summary>
public static class ShortName
{
    private const int Longest = 100;

    /// <summary>The name as it is stored: one line of 1 to 100 characters.</summary>
    /// <returns>Null = the text is no such name.</returns>
    public static string? Read(string? text) =>
        text?.Trim() is { Length: > 0 and <= Longest } name && TextRules.FirstInvalid(name) is null && !name.Any(char.IsControl) ? TextRules.Normalize(name) : null;
}
