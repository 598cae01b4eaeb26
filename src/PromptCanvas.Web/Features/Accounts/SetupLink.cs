namespace PromptCanvas.Web.Features.Accounts;

/// <summary>The console message with the set-up link, shown while the installation has no administrator.</summary>
internal static class SetupLink
{
    private const string FallbackAddress = "http://localhost:5080";

    /// <param name="addresses">The addresses that the server listens on.</param>
    public static string Sentence(IEnumerable<string> addresses, string token) => $"""

        PromptCanvas has no administrator yet. Open this link to make one; it works once:

            {Reachable(addresses.FirstOrDefault() ?? FallbackAddress)}/setup?token={token}

        """;

    // A browser cannot open a wildcard address; use localhost instead.
    private static string Reachable(string address) => address.TrimEnd('/')
        .Replace("://0.0.0.0", "://localhost", StringComparison.Ordinal)
        .Replace("://[::]", "://localhost", StringComparison.Ordinal)
        .Replace("://+", "://localhost", StringComparison.Ordinal)
        .Replace("://*", "://localhost", StringComparison.Ordinal);
}
