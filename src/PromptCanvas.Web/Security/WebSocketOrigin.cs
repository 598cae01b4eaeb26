namespace PromptCanvas.Web.Security;

/// <summary>Refuses WebSocket requests from other sites: browsers do not apply the same-origin policy to WebSockets.</summary>
internal static class WebSocketOrigin
{
    public static IApplicationBuilder UseWebSocketOriginCheck(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        if (!IsLive(context.Request.Path) || IsOwn(context.Request))
        {
            return next(context);
        }

        context.Response.StatusCode = StatusCodes.Status403Forbidden;
        return Task.CompletedTask;
    });

    private static bool IsLive(PathString path) => path.StartsWithSegments("/_blazor") || path.StartsWithSegments("/hubs");

    // Only browsers send Origin. Compare host and port only: behind a TLS-terminating proxy the scheme differs.
    private static bool IsOwn(HttpRequest request)
    {
        var origins = request.Headers.Origin;
        return origins.Count == 0
            || (Uri.TryCreate(origins.ToString(), UriKind.Absolute, out var origin)
                && string.Equals(origin.Authority, request.Host.Value, StringComparison.OrdinalIgnoreCase));
    }
}
