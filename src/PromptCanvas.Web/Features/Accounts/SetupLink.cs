namespace PromptCanvas.Web.Features.Accounts;

/// <summary>What the console says to whoever starts a studio that nobody looks after yet.</summary>
internal static class SetupLink
{
    private const string FallbackAddress = "http://localhost:5080";

    /// <param name="addresses">Where the studio listens.</param>
    public static string Sentence(IEnumerable<string> addresses, string token) => $"""

        PromptCanvas has no administrator yet. Open this link to make one; it works once:

            {Reachable(addresses.FirstOrDefault() ?? FallbackAddress)}/setup?token={token}

        """;

    // "Every address" is no address that a browser can open.
    private static string Reachable(string address) => address.TrimEnd('/')
        .Replace("://0.0.0.0", "://localhost", StringComparison.Ordinal)
        .Replace("://[::]", "://localhost", StringComparison.Ordinal)
        .Replace("://+", "://localhost", StringComparison.Ordinal)
        .Replace("://*", "://localhost", StringComparison.Ordinal);
}
