using System.Globalization;
using System.Security.Claims;
using Microsoft.AspNetCore.Localization;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using PromptCanvas.Web.Resources;
using PromptCanvas.Web.Security;

namespace PromptCanvas.Web.Hosting;

/// <summary>Pages follow the browser's language until the account fixes one. Programs always get English and invariant numbers.</summary>
internal static class PageLanguage
{
    private const string Cookie = "language";

    /// <summary>Applies the browser's language, before everything else, so that error pages have it too.</summary>
    public static IApplicationBuilder UsePageLanguage(this IApplicationBuilder app) => app.UseRequestLocalization(new RequestLocalizationOptions
    {
        DefaultRequestCulture = new RequestCulture(CultureInfo.InvariantCulture),
        SupportedCultures = [CultureInfo.InvariantCulture, .. Languages.All.Select(CultureInfo.GetCultureInfo)],
        SupportedUICultures = [CultureInfo.InvariantCulture, .. Languages.All.Select(CultureInfo.GetCultureInfo)],
        RequestCultureProviders = [new CustomRequestCultureProvider(context => Task.FromResult(CultureOf(context, OfPage(context) ?? Languages.Of(context.Request))))],
    });

    /// <summary>Applies the language of the account, after authentication.</summary>
    public static IApplicationBuilder UsePersonLanguage(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        if (CultureOf(context, context.User.FindFirstValue(Languages.Claim)) is { } culture)
        {
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo(culture.Cultures[0].ToString());
            CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo(culture.UICultures[0].ToString());
        }

        // An error page runs through the pipeline a second time.
        if (!RequestClass.IsProgram(context) && context.Items.TryAdd(typeof(PageLanguage), null))
        {
            var language = Languages.Current;
            context.Response.OnStarting(() => DescribePage(context, language));
        }

        return next(context);
    });

    private static Task DescribePage(HttpContext context, string language)
    {
        if (context.Response.ContentType?.StartsWith("text/html", StringComparison.OrdinalIgnoreCase) is not true)
        {
            return Task.CompletedTask;
        }

        context.Response.Headers.ContentLanguage = language;
        context.Response.Headers.Append(HeaderNames.Vary, new StringValues([HeaderNames.AcceptLanguage, HeaderNames.Cookie]));

        // Without the cookie it is English.
        if (language != (context.Request.Cookies[Cookie] ?? Languages.English))
        {
            context.Response.Cookies.Append(Cookie, language, new CookieOptions { HttpOnly = true, IsEssential = true, SameSite = Microsoft.AspNetCore.Http.SameSiteMode.Lax, Secure = context.Request.IsHttps, Path = $"{context.Request.PathBase}/" });
        }

        return Task.CompletedTask;
    }

    // Browsers need not send Accept-Language when a page opens its circuit, so the page leaves its language in a cookie. Pages themselves never follow it.
    private static string? OfPage(HttpContext context) =>
        RequestClass.IsProgram(context) && context.Request.Cookies[Cookie] is { } language && Languages.All.Contains(language) ? language : null;

    // Scripts of pages call the API too: they get texts in the language of the page, but numbers stay invariant there.
    private static ProviderCultureResult? CultureOf(HttpContext context, string? language) =>
        language is null || !Languages.All.Contains(language) || IsForPrograms(context) ? null
        : RequestClass.IsProgram(context) && !IsCircuit(context) ? new ProviderCultureResult("", language)
        : new ProviderCultureResult(language);

    private static bool IsCircuit(HttpContext context) => context.Request.Path.StartsWithSegments("/_blazor");

    private static bool IsForPrograms(HttpContext context) =>
        RequestClass.IsForProgramsOnly(context) || (RequestClass.IsProgram(context) && context.Request.Headers.ContainsKey(HeaderNames.Authorization));
}
