using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Reflection;
using AngleSharp.Dom;
using AngleSharp.Html.Parser;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using PromptCanvas.Data.People;
using PromptCanvas.Web.Tests.Fakes;
using PromptCanvas.Web.Tests.Structure;

namespace PromptCanvas.Web.Tests.Hosting;

/// <summary>A server whose own language is German: pages follow the reader, programs get English.</summary>
public sealed class PageLanguageTests : IAsyncDisposable
{
    // Values of settings, such as Open, may read like a short text.
    private const int LongestName = 4;

    private readonly Studio studio = new() { Change = services => services.AddSingleton<IStartupFilter, GermanServer>() };

    public ValueTask DisposeAsync() => studio.DisposeAsync();

    [Fact]
    public async Task Dates_OnAnEnglishPage_AreEnglish()
    {
        using var client = studio.CreateClient();
        var page = Parse(await client.GetStringAsync("/account/usage", TestContext.Current.CancellationToken));
        var days = string.Join('\n', page.QuerySelectorAll(".heat > [title]").Select(day => day.GetAttribute("title")));

        // The half year that is shown always has one of the months whose short names differ.
        Assert.Matches("Mar|May|Oct|Dec", days);
        Assert.DoesNotMatch("Mär|Mai|Okt|Dez", days);
    }

    [Theory]
    [InlineData("de-AT,de;q=0.9,en;q=0.5", "de")]
    [InlineData("fr,de;q=0.4,en;q=0.3", "de")]
    [InlineData("en-GB,de;q=0.9", "en")]
    [InlineData("fr", "en")]
    [InlineData("", "en")]
    public async Task Page_OfAStranger_HasTheBrowsersLanguage(string accepted, string expected)
    {
        using var browser = studio.Browser();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/sign-in");
        request.Headers.TryAddWithoutValidation("Accept-Language", accepted);
        using var answer = await browser.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(expected, LanguageOf(await answer.TextAsync()));
        Assert.Equal([expected], answer.Content.Headers.ContentLanguage);
        Assert.Contains("Accept-Language", answer.Headers.Vary);
    }

    [Fact]
    public async Task Account_WithALanguage_OverridesTheBrowser_UntilItIsGivenBack()
    {
        var person = await studio.PersonAsync("speaker@example.com", PersonRoles.Member);
        using var browser = German(person.Cookie);
        var before = LanguageOf(await browser.GetStringAsync("/account", TestContext.Current.CancellationToken));
        using var english = await browser.SendFormAsync("/account", "profile", ("Profile.Name", "Speaker"), ("Profile.Language", "en"));
        var chosen = LanguageOf(await browser.GetStringAsync("/account", TestContext.Current.CancellationToken));
        using var again = await browser.SendFormAsync("/account", "profile", ("Profile.Name", "Speaker"), ("Profile.Language", ""));
        var after = LanguageOf(await browser.GetStringAsync("/account", TestContext.Current.CancellationToken));

        Assert.Equal(("de", "en", "de"), (before, chosen, after));
    }

    [Fact]
    public async Task Programs_GetEnglish_WhateverTheyAccept()
    {
        using var program = studio.CreateClient();
        program.DefaultRequestHeaders.AcceptLanguage.Add(new StringWithQualityHeaderValue("de"));
        using var api = await program.PostJobAsync(new { kind = "generate", prompt = "" });
        using var openAi = await program.GetAsync($"/v1/models/{Guid.NewGuid()}", TestContext.Current.CancellationToken);

        Assert.Contains("The prompt is empty", await api.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Contains("does not exist", await openAi.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ScriptOfAGermanPage_GetsGermanProblems()
    {
        using var page = German(studio.Administrator.Cookie);
        using var answer = await page.GetAsync($"/api/images/{Guid.NewGuid()}", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Contains("Dieses Bild gibt es nicht", (await answer.ReadJsonAsync()).GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("de", "Dieses Bild gibt es nicht")]
    [InlineData("en", "There is no picture")]
    public async Task Circuit_HasTheLanguageOfItsPage_WithoutAnAcceptLanguage(string language, string expected)
    {
        using var browser = Speaking(language, studio.Administrator.Cookie);
        _ = await browser.GetStringAsync("/", TestContext.Current.CancellationToken);
        browser.DefaultRequestHeaders.AcceptLanguage.Clear();
        using var answer = await browser.GetAsync($"/api/images/{Guid.NewGuid()}", TestContext.Current.CancellationToken);
        var page = LanguageOf(await browser.GetStringAsync("/", TestContext.Current.CancellationToken));

        Assert.Contains(expected, (await answer.ReadJsonAsync()).GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal("en", page);
    }

    [Fact]
    public async Task NumbersInForms_HaveAPoint_InEveryLanguage()
    {
        var person = await studio.PersonAsync("weighed@example.com", PersonRoles.Member);
        using var browser = German(studio.Administrator.Cookie);
        using var saved = await browser.SendFormAsync(
            $"/admin/people/{person.Id}", "limits", ("Limits.Allowance", ""), ("Limits.Weight", "1.5"), ("Limits.MaximumQueued", ""), ("Limits.MaximumRunning", ""));
        var page = Parse(await browser.GetStringAsync($"/admin/people/{person.Id}", TestContext.Current.CancellationToken));

        Assert.Equal("1.5", page.QuerySelector("input[name='Limits.Weight']")!.GetAttribute("value"));
    }

    /// <summary>Every page without a parameter in its address; journeys test the others.</summary>
    [Theory]
    [InlineData("de", "en")]
    [InlineData("en", "de")]
    public async Task EveryPage_HasNoTextOfTheOtherLanguage(string language, string other)
    {
        using var member = Speaking(language, studio.Administrator.Cookie);
        using var stranger = Speaking(language, null);
        var foreign = TextFiles.Values("Texts", other).Except(TextFiles.Values("Texts", language)).Where(text => text.Length > LongestName).ToHashSet();
        var found = new List<string>();
        foreach (var (route, anonymous) in Routes)
        {
            var document = Parse(await PageAsync(anonymous ? stranger : member, route));
            found.AddRange(TextsOf(document).Where(foreign.Contains).Select(text => $"{route}: {text}"));
            Assert.Equal(language, document.DocumentElement.GetAttribute("lang"));
        }

        Assert.Empty(found.Distinct());
    }

    private static IEnumerable<(string Route, bool Anonymous)> Routes =>
        from type in typeof(Program).Assembly.GetTypes()
        from route in type.GetCustomAttributes<RouteAttribute>()
        where !route.Template.Contains('{', StringComparison.Ordinal)
        select (route.Template, type.IsDefined(typeof(AllowAnonymousAttribute)));

    private static async Task<string> PageAsync(HttpClient browser, string route)
    {
        using var answer = await browser.GetAsync(route, TestContext.Current.CancellationToken);
        return await answer.TextAsync();
    }

    private static IDocument Parse(string page) => new HtmlParser().ParseDocument(page);

    private static string? LanguageOf(string page) => Parse(page).DocumentElement.GetAttribute("lang");

    // Names of languages are written in their own language.
    private static IEnumerable<string> TextsOf(IDocument document) => document.All
        .Where(element => element.LocalName is not ("script" or "style") && !element.HasAttribute("lang"))
        .SelectMany(element => element.ChildNodes.OfType<IText>().Select(node => node.Data.Trim())
            .Concat(element.Attributes.Where(attribute => attribute.Name is "aria-label" or "title" or "alt" or "placeholder" || attribute.Name.StartsWith("data-", StringComparison.Ordinal)).Select(attribute => attribute.Value)));

    private HttpClient German(string cookie) => Speaking("de", cookie);

    private HttpClient Speaking(string language, string? cookie)
    {
        var browser = studio.Browser(cookie);
        browser.DefaultRequestHeaders.AcceptLanguage.Add(new StringWithQualityHeaderValue(language));
        return browser;
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
