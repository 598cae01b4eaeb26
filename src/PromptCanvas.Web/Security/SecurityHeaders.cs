using Microsoft.Extensions.Options;

namespace PromptCanvas.Web.Security;

/// <summary>Marks endpoints that return user content: the CSP of their responses forbids everything, so no content can run as a page.</summary>
internal sealed class UserContent;

/// <summary>Adds the security headers to every response.</summary>
internal static class SecurityHeaders
{
    private const string InertPolicy = "default-src 'none'; sandbox; frame-ancestors 'none'";

    public static IApplicationBuilder UseSecurityHeaders(this IApplicationBuilder app)
    {
        var tls = app.ApplicationServices.GetRequiredService<IOptions<TlsOptions>>().Value;
        return app.Use((context, next) =>
        {
            // Not when the response starts: a stopping server may have disposed of the request's services by then.
            var nonce = context.RequestServices.GetRequiredService<CspNonce>().Value;
            context.Response.OnStarting(() =>
            {
                Write(context, nonce, tls);
                return Task.CompletedTask;
            });
            return next(context);
        });
    }

    private static void Write(HttpContext context, string nonce, TlsOptions tls)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = context.GetEndpoint()?.Metadata.GetMetadata<UserContent>() is null
            ? PagePolicy(nonce)
            : InertPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";

        // Signed addresses are made for other sites and set their own header.
        headers.TryAdd("Cross-Origin-Resource-Policy", "same-origin");
        if (TransportPolicy(context, tls) is { } policy)
        {
            headers.StrictTransportSecurity = policy;
        }

        headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()";
    }

    // Browsers ignore the header without TLS. On localhost it would bind every other program of this machine to TLS as well.
    private static string? TransportPolicy(HttpContext context, TlsOptions tls) =>
        context.Request.IsHttps && !LoopbackHost.Is(context.Request.Host) && tls.HstsDays > 0
            ? $"max-age={(long)TimeSpan.FromDays(tls.HstsDays).TotalSeconds}"
            : null;

    // MudBlazor sets style attributes, hence 'unsafe-inline' for styles. Scripts need the nonce. Blazor resolves routes against the <base> element,
    // which base-uri 'none' would disable.
    private static string PagePolicy(string nonce) =>
        $"default-src 'self'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'unsafe-inline'; img-src 'self' blob: data:; "
        + "connect-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";
}
