using System.Globalization;

namespace PromptCanvas.Web.Security;

/// <summary>The response status for a form that was submitted too often.</summary>
internal static class TooManyAttempts
{
    /// <summary>Sets 429 with <c>Retry-After</c>; the page adds the message.</summary>
    public static void Answer(HttpContext context, TimeSpan wait)
    {
        context.Response.StatusCode = StatusCodes.Status429TooManyRequests;
        context.Response.Headers.RetryAfter = Math.Max(1, Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
    }
}
