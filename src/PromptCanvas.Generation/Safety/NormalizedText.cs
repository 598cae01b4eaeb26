using System.Globalization;
using System.Text;

namespace PromptCanvas.Generation.Safety;

/// <summary>Text without the variations used to evade word lists: case, accents, width, invisible characters, punctuation, spaces inside words.</summary>
internal sealed class NormalizedText
{
    // Letters without a Unicode decomposition.
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

    // Scripts from here on have no spaces between words: a phrase may begin and end at any letter.
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

    /// <summary>The normalized words, separated by single spaces.</summary>
    public string Words { get; }

    /// <summary>Whether no letter or digit remains.</summary>
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

    /// <summary>Whether a phrase occurs as whole words, regardless of spacing.</summary>
    /// <param name="phrase">The phrase to find.</param>
    /// <param name="opensEnd">Whether the phrase's last word may continue, as a prefix.</param>
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

    /// <summary>Normalized letters and digits one by one; null = a word separator.</summary>
    private static IEnumerable<char?> Letters(string text)
    {
        foreach (var letter in Normalizable(text).Normalize(NormalizationForm.FormKD))
        {
            if (CharUnicodeInfo.GetUnicodeCategory(letter) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format)
            {
                continue; // Accents and invisible characters do not separate words.
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

    // Rules and prompts of earlier versions may contain invalid text: an unpaired surrogate and U+FFFE cannot be normalized.
    private static string Normalizable(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)).Replace('\uFFFE', '\uFFFD');
}
