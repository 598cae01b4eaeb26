using System.Globalization;
using System.Text;

namespace PromptCanvas.Data.Texts;

/// <summary>Defines which characters text may contain. Every entry point of the studio uses these rules.</summary>
public static class TextRules
{
    private const int FirstPrintable = 0x20;
    private const int FirstSurrogate = 0xD800;
    private const int LastSurrogate = 0xDFFF;

    /// <summary>The first code point that free text may not contain: half of a surrogate pair, a noncharacter, or a C0 control other than tab, LF and CR.</summary>
    /// <returns>Null = the text is valid.</returns>
    public static int? FirstInvalid(string? text) =>
        FirstWhere(text, point => IsNoCharacter(point) || (point < FirstPrintable && point is not ('\t' or '\n' or '\r')));

    /// <summary>The same for secrets (passwords, tokens, keys, signatures), which may contain any character and are never normalized.</summary>
    /// <returns>Null = the secret is valid Unicode.</returns>
    public static int? FirstNoCharacter(string? secret) => FirstWhere(secret, IsNoCharacter);

    /// <summary>Free text as it is stored and compared: lines end with LF, letters are composed (NFC).</summary>
    /// <exception cref="ArgumentException">The text is not valid; check it first.</exception>
    public static string Normalize(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n').Normalize(NormalizationForm.FormC);
    }

    /// <summary>The beginning of a text, never with half of a surrogate pair at its end.</summary>
    /// <param name="longest">In UTF-16 code units.</param>
    public static string Cut(string text, int longest)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Length <= longest ? text : text[..(char.IsHighSurrogate(text[longest - 1]) ? longest - 1 : longest)];
    }

    /// <summary>The name of a code point in messages.</summary>
    public static string NameOf(int point) => point switch
    {
        0 => "a NUL character (U+0000)",
        >= FirstSurrogate and <= LastSurrogate => "half of a surrogate pair",
        _ => string.Create(CultureInfo.InvariantCulture, $"the character U+{point:X4}"),
    };

    private static bool IsNoCharacter(int point) => point is >= FirstSurrogate and <= LastSurrogate or >= 0xFDD0 and <= 0xFDEF || (point & 0xFFFE) == 0xFFFE;

    private static int? FirstWhere(string? text, Func<int, bool> isInvalid)
    {
        for (var at = 0; at < text?.Length; at++)
        {
            var isPair = char.IsSurrogatePair(text, at);
            var point = isPair ? char.ConvertToUtf32(text, at) : text[at];
            if (isInvalid(point))
            {
                return point;
            }

            at += isPair ? 1 : 0;
        }

        return null;
    }
}
