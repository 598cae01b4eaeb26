namespace PromptCanvas.Web.Security;

/// <summary>Marks endpoints that return user content: the CSP of their responses forbids everything, so no content can run as a page.</summary>
internal sealed class UserContent;

/// <summary>Adds the security headers to every response.</summary>
internal static class SecurityHeaders
{
    private const string InertPolicy = "default-src 'none'; sandbox; frame-ancestors 'none'";

    public static IApplicationBuilder UseSecurityHeaders(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        context.Response.OnStarting(static state =>
        {
            Write((HttpContext)state);
            return Task.CompletedTask;
        }, context);
        return next(context);
    });

    private static void Write(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = context.GetEndpoint()?.Metadata.GetMetadata<UserContent>() is null
            ? PagePolicy(context.RequestServices.GetRequiredService<CspNonce>().Value)
            : InertPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()";
    }

    // MudBlazor sets style attributes, hence 'unsafe-inline' for styles. Scripts need the nonce. Blazor resolves routes against the <base> element,
    // which base-uri 'none' would disable.
    private static string PagePolicy(string nonce) =>
        $"default-src 'self'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'unsafe-inline'; img-src 'self' blob: data:; "
        + "connect-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";
}
