using PromptCanvas.Data.Texts;

namespace PromptCanvas.Generation.Results;

/// <summary>Refuses strings that are not valid text and names their field.</summary>
public static class TextChecks
{
    /// <summary>Checks a free text.</summary>
    public static Result Check(string field, string? text) => Refuse(field, TextRules.FirstInvalid(text));

    /// <summary>Checks a password, token, key or signature.</summary>
    public static Result CheckSecret(string field, string? secret) => Refuse(field, TextRules.FirstNoCharacter(secret));

    /// <summary>One sentence for the person who sent the text.</summary>
    /// <param name="field">The field's name.</param>
    /// <param name="point">The code point that is not allowed.</param>
    public static string Message(string field, int point) => $"The field \"{field}\" contains {TextRules.NameOf(point)}, which is not allowed in text; remove it.";

    private static Result Refuse(string field, int? point) => point is { } invalid ? new InvalidInput(field, Message(field, invalid)) : Result.Done;
}
