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
    /// <summary>The browser's language; before everything else, so that error pages have it too.</summary>
    public static IApplicationBuilder UsePageLanguage(this IApplicationBuilder app) => app.UseRequestLocalization(new RequestLocalizationOptions
    {
        DefaultRequestCulture = new RequestCulture(CultureInfo.InvariantCulture),
        SupportedCultures = [CultureInfo.InvariantCulture, .. Languages.All.Select(CultureInfo.GetCultureInfo)],
        SupportedUICultures = [CultureInfo.InvariantCulture, .. Languages.All.Select(CultureInfo.GetCultureInfo)],
        RequestCultureProviders = [new CustomRequestCultureProvider(context => Task.FromResult(CultureOf(context, Languages.Of(context.Request))))],
    });

    /// <summary>The language of the account, after authentication.</summary>
    public static IApplicationBuilder UsePersonLanguage(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        if (CultureOf(context, context.User.FindFirstValue(Languages.Claim)) is { } culture)
        {
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo(culture.Cultures[0].ToString());
            CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo(culture.UICultures[0].ToString());
        }

        if (!IsForPrograms(context))
        {
            context.Response.Headers.ContentLanguage = Languages.Current;
            context.Response.Headers.Append(HeaderNames.Vary, new StringValues([HeaderNames.AcceptLanguage, HeaderNames.Cookie]));
        }

        return next(context);
    });

    // Scripts of pages call the API too: they get texts in the language of the page, but numbers stay invariant there.
    private static ProviderCultureResult? CultureOf(HttpContext context, string? language) =>
        language is null || !Languages.All.Contains(language) || IsForPrograms(context) ? null
        : RequestClass.IsProgram(context) && !IsCircuit(context) ? new ProviderCultureResult("", language)
        : new ProviderCultureResult(language);

    private static bool IsCircuit(HttpContext context) => context.Request.Path.StartsWithSegments("/_blazor");

    private static bool IsForPrograms(HttpContext context) =>
        RequestClass.IsForProgramsOnly(context) || (RequestClass.IsProgram(context) && context.Request.Headers.ContainsKey(HeaderNames.Authorization));
}
