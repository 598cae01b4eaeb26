using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Hosting;

/// <summary>A server whose language is another than the pages'.</summary>
public sealed class PageLanguageTests : IAsyncDisposable
{
    private readonly Studio studio = new() { Change = services => services.AddSingleton<IStartupFilter, GermanServer>() };

    public ValueTask DisposeAsync() => studio.DisposeAsync();

    [Fact]
    public async Task Dates_OnAnEnglishPage_AreEnglish()
    {
        using var client = studio.CreateClient();
        var page = await client.GetStringAsync("/account/usage", TestContext.Current.CancellationToken);

        // In German: Okt, Dez.
        Assert.Contains("Oct", page, StringComparison.Ordinal);
        Assert.DoesNotMatch("Okt|Dez", page);
    }

    private sealed class GermanServer : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use((context, step) =>
            {
                CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo("de-DE");
                return step(context);
            });
            next(app);
        };
    }
}
