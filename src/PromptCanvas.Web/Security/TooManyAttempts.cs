using System.Globalization;

namespace PromptCanvas.Web.Security;

/// <summary>The status of a form that was sent too often.</summary>
internal static class TooManyAttempts
{
    /// <summary>429 with <c>Retry-After</c>; the page adds the words.</summary>
    public static void Answer(HttpContext context, TimeSpan wait)
    {
        context.Response.StatusCode = StatusCodes.Status429TooManyRequests;
        context.Response.Headers.RetryAfter = Math.Max(1, Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
    }
}
