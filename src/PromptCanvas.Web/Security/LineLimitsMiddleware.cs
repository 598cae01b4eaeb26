using System.Globalization;
using PromptCanvas.Web.Resources;

namespace PromptCanvas.Web.Security;

/// <summary>Refuses connections beyond the limits of <see cref="LineLimits"/> before any work is done for them.</summary>
internal static class LineLimitsMiddleware
{
    // For clients that retry automatically.
    private const int RetrySeconds = 30;

    public static IApplicationBuilder UseLineLimits(this IApplicationBuilder app) => app.Use(async (context, next) =>
    {
        if (!IsLine(context.Request))
        {
            await next(context);
            return;
        }

        using var line = context.RequestServices.GetRequiredService<LineLimits>().TryConnect(context);
        if (line is not null)
        {
            await next(context);
            return;
        }

        context.Response.StatusCode = StatusCodes.Status429TooManyRequests;
        context.Response.Headers.RetryAfter = RetrySeconds.ToString(CultureInfo.InvariantCulture);
        await TypedResults.Problem(
            MessageTexts.Say("Too many connections are open for this account or from this address; close other pages or programs and try again."),
            statusCode: StatusCodes.Status429TooManyRequests,
            title: "Too many open connections.",
            type: "too-many-connections").ExecuteAsync(context);
    });

    // Posts carry messages of a connection that another request holds open.
    private static bool IsLine(HttpRequest request) => !HttpMethods.IsPost(request.Method) && !HttpMethods.IsDelete(request.Method)
        && (request.Path.StartsWithSegments("/hubs") || request.Path.StartsWithSegments("/_blazor") || IsEventStream(request));

    private static bool IsEventStream(HttpRequest request) =>
        request.Path.StartsWithSegments("/api/jobs") && request.Path.Value!.EndsWith("/events", StringComparison.OrdinalIgnoreCase);
}
