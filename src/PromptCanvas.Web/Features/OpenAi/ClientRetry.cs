using System.Security.Cryptography;
using System.Text;

namespace PromptCanvas.Web.Features.OpenAi;

/// <summary>The indications in a request that it retries an earlier one.</summary>
internal static class ClientRetry
{
    private const string CountHeader = "x-stainless-retry-count";
    private const string KeyHeader = "Idempotency-Key";
    private const int KeyPartLength = 32;

    /// <summary>Whether the client marks the request as a retry.</summary>
    public static bool IsMarked(HttpRequest request) => int.TryParse(request.Headers[CountHeader], out var retries) && retries > 0;

    /// <summary>Whether the client is known to resend requests whose response did not arrive.</summary>
    public static bool IsExpected(HttpRequest request) => request.Headers.ContainsKey(CountHeader) || KeyOf(request) is not null;

    /// <summary>A hash of the client's own key of the request; null if it sends none.</summary>
    public static string? KeyOf(HttpRequest request) => request.Headers[KeyHeader].ToString() is { Length: > 0 } key
        ? Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)))[..KeyPartLength]
        : null;
}
