using PromptCanvas.Generation.Results;

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

        Explain(context);
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
                && IsSame(origin, request.Host));
    }

    // A port that is the default of the page's scheme is the same as none: some proxies add it to the Host header.
    private static bool IsSame(Uri origin, HostString host) =>
        string.Equals(origin.Host, host.Host, StringComparison.OrdinalIgnoreCase)
        && (host.Port is { } port ? port == origin.Port : origin.IsDefaultPort);

    private static void Explain(HttpContext context)
    {
        var log = context.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(WebSocketOrigin));
        log.LogWarning(
            "A live connection was refused, so that the page does not react: it belongs to {Origin}, and the request is for the host {Host}. A proxy in between must pass the Host header on (nginx: proxy_set_header Host $http_host), or send X-Forwarded-Host and be listed in the setting TrustedProxies",
            Excerpt.Of(context.Request.Headers.Origin.ToString()),
            Excerpt.Of(context.Request.Host.Value ?? ""));
    }
}
