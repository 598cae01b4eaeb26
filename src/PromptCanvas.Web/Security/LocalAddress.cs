using System.Text;

namespace PromptCanvas.Web.Security;

/// <summary>Validates a redirect target in a request: it must be a path on this site.</summary>
internal static class LocalAddress
{
    private const string Home = "/";

    // Reserved and unreserved characters of RFC 3986, and the percent sign of sequences that are encoded already.
    private const string Kept = "-._~:/?#[]@!$&'()*+,;=%";

    /// <summary>The address below the path base, in ASCII, because a header cannot hold other characters; the start page for any address that is not a path on this site.</summary>
    /// <param name="pathBase">The path of the host below which the studio lives; addresses may be given with it or without.</param>
    public static string Of(string? address, PathString pathBase)
    {
        var local = Of(address);
        return new PathString(local.Split('?', '#')[0]).StartsWithSegments(pathBase) ? local : pathBase + local;
    }

    private static string Of(string? address)
    {
        if (address is not ['/', ..] || address is ['/', '/' or '\\', ..] || address.Any(char.IsControl))
        {
            return Home;
        }

        // Two slashes could become the start of another site's address when the path is resolved: /.//elsewhere.
        var escaped = Escaped(address);
        return escaped.Split('?', '#')[0].Contains("//", StringComparison.Ordinal) ? Home : escaped;
    }

    private static string Escaped(string address)
    {
        var text = new StringBuilder(address.Length);
        foreach (var rune in address.EnumerateRunes())
        {
            var letter = rune.ToString();
            var isKept = rune.IsAscii && (char.IsAsciiLetterOrDigit(letter[0]) || Kept.Contains(letter[0], StringComparison.Ordinal));
            text.Append(isKept ? letter : Uri.EscapeDataString(letter));
        }

        return text.ToString();
    }
}
