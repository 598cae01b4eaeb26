using System.Text;
using System.Text.RegularExpressions;
using PromptCanvas.Data.Texts;

namespace PromptCanvas.Data.People;

/// <summary>Decides which e-mail addresses an account may have: those that a mail can be sent to.</summary>
public static partial class MailAddress
{
    private const int Longest = 256;

    /// <summary>Whether a mail can be addressed to this text without quoting.</summary>
    public static bool IsUsable(string? address) =>
        address is { Length: > 0 and <= Longest } && TextRules.FirstInvalid(address) is null && !address.EnumerateRunes().Any(IsUnprintable) && Form().IsMatch(address);

    // U+FFFD replaces bytes that could not be decoded.
    private static bool IsUnprintable(Rune rune) => rune == Rune.ReplacementChar || Rune.IsControl(rune) || Rune.IsWhiteSpace(rune);

    /// <remarks>Source: RFC 5322, dot-atom; RFC 6532 allows letters beyond ASCII. A comma, for example, would need quotes.</remarks>
    [GeneratedRegex("""^[a-zA-Z0-9!#$%&'*+/=?^_`{|}~\-\u0080-\uFFFF]+(\.[a-zA-Z0-9!#$%&'*+/=?^_`{|}~\-\u0080-\uFFFF]+)*@[\p{L}\p{M}\p{Nd}]([\p{L}\p{M}\p{Nd}\-]*[\p{L}\p{M}\p{Nd}])?(\.[\p{L}\p{M}\p{Nd}]([\p{L}\p{M}\p{Nd}\-]*[\p{L}\p{M}\p{Nd}])?)*\z""", RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
