using Microsoft.AspNetCore.Authentication.Cookies;

namespace PromptCanvas.Web.Security;

/// <summary>Over TLS the cookie name has the <c>__Host-</c> prefix, which binds the cookie to this host. Without TLS browsers would reject such a cookie, and below
/// a path of the host, where it must have the prefix <c>__Secure-</c> instead.</summary>
internal sealed class HostCookies : ICookieManager
{
    private const string HostPrefix = "__Host-";
    private const string SecurePrefix = "__Secure-";
    private readonly ChunkingCookieManager inner = new();

    public string? GetRequestCookie(HttpContext context, string key) => inner.GetRequestCookie(context, NameOf(context, key));

    public void AppendResponseCookie(HttpContext context, string key, string? value, CookieOptions options) =>
        inner.AppendResponseCookie(context, NameOf(context, key), value, options);

    public void DeleteCookie(HttpContext context, string key, CookieOptions options) => inner.DeleteCookie(context, NameOf(context, key), options);

    private static string NameOf(HttpContext context, string key) => (context.Request.IsHttps, context.Request.PathBase.HasValue) switch
    {
        (true, false) => HostPrefix + key,
        (true, true) => SecurePrefix + key,
        _ => key,
    };
}
