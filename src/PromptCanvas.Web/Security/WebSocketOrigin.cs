namespace PromptCanvas.Web.Security;

/// <summary>Refuses other sites' scripts on the live connections: browsers do not apply the same-origin rule to WebSockets.</summary>
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

    // Only browsers send Origin. The scheme may differ behind a proxy that ends TLS, so host and port decide.
    private static bool IsOwn(HttpRequest request)
    {
        var origins = request.Headers.Origin;
        return origins.Count == 0
            || (Uri.TryCreate(origins.ToString(), UriKind.Absolute, out var origin)
                && string.Equals(origin.Authority, request.Host.Value, StringComparison.OrdinalIgnoreCase));
    }
}
