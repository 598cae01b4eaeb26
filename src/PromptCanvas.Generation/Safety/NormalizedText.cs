using System.Globalization;
using System.Text;

namespace PromptCanvas.Generation.Safety;

/// <summary>A text without what people vary to get around a list: case, accents, width, invisible characters, punctuation, spaces inside words.</summary>
internal sealed class NormalizedText
{
    // Letters that Unicode does not take apart.
    private static readonly Dictionary<char, string> Plain = new()
    {
        ['ß'] = "ss",
        ['æ'] = "ae",
        ['œ'] = "oe",
        ['ø'] = "o",
        ['đ'] = "d",
        ['ð'] = "d",
        ['þ'] = "th",
        ['ł'] = "l",
        ['ħ'] = "h",
        ['ı'] = "i",
        ['ŧ'] = "t",
    };

    // From here on scripts do not put spaces between words: every letter may begin and end one.
    private const char FirstWithoutSpaces = '\u0E00';

    private readonly string letters;
    private readonly bool[] begins;
    private readonly bool[] ends;

    private NormalizedText(string letters, bool[] begins, bool[] ends, string words)
    {
        this.letters = letters;
        this.begins = begins;
        this.ends = ends;
        Words = words;
    }

    /// <summary>The words, folded, with one space between them.</summary>
    public string Words { get; }

    /// <summary>Whether nothing is left of it.</summary>
    public bool IsEmpty => letters.Length == 0;

    public static NormalizedText Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var letters = new StringBuilder(text.Length);
        var words = new StringBuilder(text.Length);
        var begins = new List<bool>();
        var ends = new List<bool>();
        var afterGap = true;
        foreach (var letter in Letters(text))
        {
            if (letter is null)
            {
                afterGap = true;
                continue;
            }

            var alone = letter >= FirstWithoutSpaces;
            if (afterGap && letters.Length > 0)
            {
                ends[^1] = true;
                words.Append(' ');
            }

            begins.Add(afterGap || alone || (begins.Count > 0 && ends[^1]));
            ends.Add(alone);
            letters.Append(letter);
            words.Append(letter);
            afterGap = false;
        }

        if (ends.Count > 0)
        {
            ends[^1] = true;
        }

        return new NormalizedText(letters.ToString(), [.. begins], [.. ends], words.ToString());
    }

    /// <summary>Whether a phrase stands in it as whole words, wherever its spaces are.</summary>
    /// <param name="phrase">What is looked for.</param>
    /// <param name="opensEnd">Whether the phrase's last word may go on.</param>
    public bool Contains(NormalizedText phrase, bool opensEnd)
    {
        if (phrase.IsEmpty)
        {
            return false;
        }

        for (var at = letters.IndexOf(phrase.letters, StringComparison.Ordinal); at >= 0; at = letters.IndexOf(phrase.letters, at + 1, StringComparison.Ordinal))
        {
            if (begins[at] && (opensEnd || ends[at + phrase.letters.Length - 1]))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Folded letters and digits one by one; null = something between words.</summary>
    private static IEnumerable<char?> Letters(string text)
    {
        foreach (var letter in WithoutLoneSurrogates(text).Normalize(NormalizationForm.FormKD))
        {
            if (CharUnicodeInfo.GetUnicodeCategory(letter) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format)
            {
                continue; // accents, and what nobody sees: they part no words
            }

            var lower = char.ToLowerInvariant(letter);
            if (Plain.TryGetValue(lower, out var plain))
            {
                foreach (var part in plain)
                {
                    yield return part;
                }
            }
            else
            {
                yield return char.IsLetterOrDigit(lower) || char.IsSurrogate(lower) ? lower : null;
            }
        }
    }

    // Half a character cannot be normalised.
    private static string WithoutLoneSurrogates(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
}
