using Microsoft.AspNetCore.Authentication.Cookies;

namespace PromptCanvas.Web.Security;

/// <summary>Under TLS the cookie carries the <c>__Host-</c> prefix, with which a browser takes it from this host alone; without TLS a browser would drop it.</summary>
internal sealed class HostCookies : ICookieManager
{
    private const string HostPrefix = "__Host-";
    private readonly ChunkingCookieManager inner = new();

    public string? GetRequestCookie(HttpContext context, string key) => inner.GetRequestCookie(context, NameOf(context, key));

    public void AppendResponseCookie(HttpContext context, string key, string? value, CookieOptions options) =>
        inner.AppendResponseCookie(context, NameOf(context, key), value, options);

    public void DeleteCookie(HttpContext context, string key, CookieOptions options) => inner.DeleteCookie(context, NameOf(context, key), options);

    private static string NameOf(HttpContext context, string key) => context.Request.IsHttps ? HostPrefix + key : key;
}
