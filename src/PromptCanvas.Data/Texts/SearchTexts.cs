using System.Text;

namespace PromptCanvas.Data.Texts;

/// <summary>Texts in the form in which they are searched: words in one letter case, without accents. The same on every database, which compare letters in different ways.</summary>
public static class SearchTexts
{
    private const char Space = ' ';
    private const int FirstMark = 0x300;
    private const int LastMark = 0x36F;

    // Thai and Lao, Myanmar, Khmer, kana, and the Chinese characters: scripts without spaces between words.
    private static readonly (int First, int Last)[] Unspaced =
    [
        (0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x3040, 0x30FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF),
    ];

    /// <summary>The words of a text, with a space before and after each; characters of scripts without spaces count as words.</summary>
    public static string Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var words = new StringBuilder().Append(Space);
        foreach (var point in Fold(text).EnumerateRunes())
        {
            if (!IsOfWord(point))
            {
                Part(words);
            }
            else if (IsUnspaced(point))
            {
                Part(words);
                words.Append(point.ToString()).Append(Space);
            }
            else
            {
                words.Append(point.ToString());
            }
        }

        Part(words);
        return words.ToString();
    }

    /// <summary>The strings that the <see cref="Of"/> of a text must contain for all words of a search to occur in the text, each at the beginning of a word.</summary>
    public static IReadOnlyList<string> TermsOf(string? words) =>
    [
        .. (words ?? "").Split([' ', '\t', '\n', '\r', '\0', '\u3000'], StringSplitOptions.RemoveEmptyEntries).Select(word => Of(word).TrimEnd()).Where(term => term.Length > 0),
    ];

    // Accents first: a dotted capital I has no lower case of its own. Then upper case: it joins letters that lower case keeps apart, such as both forms of the Greek sigma.
    private static string Fold(string text)
    {
        var plain = new StringBuilder();
        foreach (var letter in Valid(text).Normalize(NormalizationForm.FormKD))
        {
            if (letter is < (char)FirstMark or > (char)LastMark)
            {
                plain.Append(letter);
            }
        }

        return plain.ToString().ToUpperInvariant().ToLowerInvariant().Replace("ß", "ss", StringComparison.Ordinal).Normalize(NormalizationForm.FormC);
    }

    private static string Valid(string text)
    {
        if (TextRules.FirstNoCharacter(text) is null)
        {
            return text;
        }

        var valid = new StringBuilder();
        foreach (var point in text.EnumerateRunes())
        {
            valid.Append(TextRules.FirstNoCharacter(point.ToString()) is null ? point.ToString() : " ");
        }

        return valid.ToString();
    }

    private static bool IsOfWord(Rune point) => Rune.IsLetterOrDigit(point)
        || Rune.GetUnicodeCategory(point) is System.Globalization.UnicodeCategory.NonSpacingMark or System.Globalization.UnicodeCategory.SpacingCombiningMark;

    private static bool IsUnspaced(Rune point) => Array.Exists(Unspaced, range => point.Value >= range.First && point.Value <= range.Last);

    private static void Part(StringBuilder words)
    {
        if (words[^1] != Space)
        {
            words.Append(Space);
        }
    }
}
