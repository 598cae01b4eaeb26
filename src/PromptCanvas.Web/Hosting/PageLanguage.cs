using System.Globalization;
using Microsoft.AspNetCore.Localization;

namespace PromptCanvas.Web.Hosting;

/// <summary>Dates and numbers on pages follow the pages' language, English, and not the server's.</summary>
internal static class PageLanguage
{
    public static IApplicationBuilder UsePageLanguage(this IApplicationBuilder app) => app.UseRequestLocalization(new RequestLocalizationOptions
    {
        DefaultRequestCulture = new RequestCulture(CultureInfo.InvariantCulture),
        SupportedCultures = [CultureInfo.InvariantCulture],
        SupportedUICultures = [CultureInfo.InvariantCulture],
        RequestCultureProviders = [],
    });
}
