using System.Text;
using System.Text.RegularExpressions;

namespace PromptCanvas.Data.People;

/// <summary>Decides which e-mail addresses an account may have: those that a mail can be sent to.</summary>
public static partial class MailAddress
{
    private const int Longest = 256;

    /// <summary>Whether a mail can be addressed to this text as it is, without quoting.</summary>
    public static bool IsUsable(string? address) =>
        address is { Length: > 0 and <= Longest } && !address.EnumerateRunes().Any(IsNoCharacter) && Form().IsMatch(address);

    // EnumerateRunes gives U+FFFD for a lone surrogate. U+FDD0 to U+FDEF and the last two of every plane are noncharacters.
    private static bool IsNoCharacter(Rune rune) =>
        rune == Rune.ReplacementChar || (rune.Value & 0xFFFE) == 0xFFFE || rune.Value is >= 0xFDD0 and <= 0xFDEF || Rune.IsControl(rune) || Rune.IsWhiteSpace(rune);

    /// <remarks>Source: RFC 5322, dot-atom; RFC 6532 allows letters beyond ASCII. A comma, for example, would need quotes.</remarks>
    [GeneratedRegex("""^[a-zA-Z0-9!#$%&'*+/=?^_`{|}~\-\u0080-\uFFFF]+(\.[a-zA-Z0-9!#$%&'*+/=?^_`{|}~\-\u0080-\uFFFF]+)*@[\p{L}\p{M}\p{Nd}]([\p{L}\p{M}\p{Nd}\-]*[\p{L}\p{M}\p{Nd}])?(\.[\p{L}\p{M}\p{Nd}]([\p{L}\p{M}\p{Nd}\-]*[\p{L}\p{M}\p{Nd}])?)*\z""", RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
