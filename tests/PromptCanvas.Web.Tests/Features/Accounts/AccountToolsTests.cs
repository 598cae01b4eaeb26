using System.IO.Compression;
using System.Net;
using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Components;
using PromptCanvas.Data.People;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Features.Accounts;

/// <summary>The tools of the account page: the list of sessions, the export, the default visibility, secrets that can be copied.</summary>
public sealed partial class AccountToolsTests(Studio studio) : IClassFixture<Studio>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Sessions_AreListedWithTheirDevices_AndOneOfThemCanBeEnded()
    {
        var person = await studio.PersonAsync("devices@example.com", PersonRoles.Member);
        using var laptop = await SignedInAsync(person, "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0");
        using var phone = await SignedInAsync(person, "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Mobile/15E148 Safari/604.1");
        var page = WebUtility.HtmlDecode(await laptop.GetStringAsync("/account/sessions", Cancellation));
        var ended = EndForm().Match(page).Groups[1].Value;
        using var answer = await laptop.SendFormAsync("/account/sessions", ended);
        using var there = await phone.GetAsync("/account", Cancellation);
        using var here = await laptop.GetAsync("/account/sessions", Cancellation);

        Assert.Contains("Firefox on Linux", page, StringComparison.Ordinal);
        Assert.Contains("Safari on iPhone", page, StringComparison.Ordinal);
        Assert.Single(EndForm().Matches(page));
        Assert.Equal(HttpStatusCode.Found, there.StatusCode);
        Assert.Equal(HttpStatusCode.OK, here.StatusCode);
        Assert.DoesNotContain("iPhone", await here.TextAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sessions_OfAnotherPerson_CannotBeEnded()
    {
        var person = await studio.PersonAsync("victim@example.com", PersonRoles.Member);
        using var theirs = await SignedInAsync(person, "Firefox/140.0 Linux");
        using var second = await SignedInAsync(person, "Firefox/140.0 Windows");
        var form = EndForm().Match(await theirs.GetStringAsync("/account/sessions", Cancellation)).Groups[1].Value;
        var other = await studio.PersonAsync("attacker@example.com", PersonRoles.Member);
        using var browser = await SignedInAsync(other, "curl");
        using var more = await SignedInAsync(other, "Firefox");
        using var forged = await browser.SendFormAsync("/account/sessions", form);
        using var still = await second.GetAsync("/account", Cancellation);

        Assert.Equal(HttpStatusCode.OK, still.StatusCode);
    }

    [Fact]
    public async Task Export_HasTheAccountAndThePicturesOfTheirMakerOnly()
    {
        var person = await studio.PersonAsync("leaver@example.com", PersonRoles.Member);
        using var client = studio.ClientOf(person);
        var picture = await client.FinishedPictureAsync();
        var others = await studio.CreateClient().FinishedPictureAsync();
        using var browser = studio.Browser(person.Cookie);
        await using var zip = new ZipArchive(await browser.GetStreamAsync("/account/export", Cancellation));
        using var account = new StreamReader(zip.GetEntry("account.json")!.Open());
        var text = await account.ReadToEndAsync(Cancellation);

        Assert.NotNull(zip.GetEntry($"pictures/{picture}.png"));
        Assert.Null(zip.GetEntry($"pictures/{others}.png"));
        Assert.Contains("a red cube on top of a blue cube", text, StringComparison.Ordinal);
        Assert.Contains("leaver@example.com", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Hash", text, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task DefaultVisibility_Private_AppliesToRequestsThatNameNone()
    {
        var person = await studio.PersonAsync("discreet@example.com", PersonRoles.Member);
        using var browser = studio.Browser(person.Cookie);
        using var saved = await browser.SendFormAsync("/account", "profile", ("Profile.Name", "Discreet"), ("Profile.Visibility", "private"));
        using var client = studio.ClientOf(person);
        var picture = await client.FinishedPictureAsync();
        using var hidden = await studio.CreateClient().GetAsync($"/api/images/{picture}", Cancellation);
        var shared = await client.MakeAsync(new { prompt = "a cube", count = 1, size = 64, visibility = "team" });
        using var seen = await studio.CreateClient().GetAsync($"/api/images/{shared.GetProperty("images")[0].GetProperty("id").GetGuid()}", Cancellation);

        Assert.Equal(HttpStatusCode.Found, saved.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, hidden.StatusCode);
        Assert.Equal(HttpStatusCode.OK, seen.StatusCode);
    }

    [Fact]
    public async Task NewKey_IsShownWithExamplesForThisStudio()
    {
        using var browser = studio.Browser(studio.Administrator.Cookie);
        using var made = await browser.SendFormAsync("/account/keys", "new-key", ("New.Name", "examples"), ("New.Scopes", "generate"), ("New.Days", "90"));
        var page = await made.TextAsync();
        var key = ShownKey().Match(page).Groups[1].Value;

        Assert.NotEmpty(key);
        Assert.Contains($"api_key=\"{key}\"", page, StringComparison.Ordinal);
        Assert.Contains($"apiKey: \"{key}\"", page, StringComparison.Ordinal);
        Assert.Contains("curl http://localhost/api/jobs", page, StringComparison.Ordinal);
        Assert.Contains($"data-copy=\"{key}\"", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Subpages_LeadBackToTheAccount()
    {
        // Asked for on the way to another page, to which it leads on.
        string[] between = ["/account/confirm"];
        var pages = typeof(Program).Assembly.GetTypes().SelectMany(type => type.GetCustomAttributes<RouteAttribute>()).Select(route => route.Template)
            .Where(route => route.StartsWith("/account/", StringComparison.Ordinal)).Except(between).ToList();
        using var browser = studio.Browser(studio.Administrator.Cookie);
        var without = new List<string>();
        foreach (var page in pages)
        {
            if (!BackLink().IsMatch(await browser.GetStringAsync(page, Cancellation)))
            {
                without.Add(page);
            }
        }

        Assert.True(pages.Count >= 8);
        Assert.Empty(without);
    }

    private async Task<HttpClient> SignedInAsync(SomebodyInTest person, string agent)
    {
        var browser = studio.Browser();
        browser.DefaultRequestHeaders.UserAgent.Clear();
        browser.DefaultRequestHeaders.TryAddWithoutValidation("User-Agent", agent);
        using var answer = await browser.SignInAsync(person.Email, Studio.Password);
        Assert.Equal(HttpStatusCode.Found, answer.StatusCode);
        return browser;
    }

    [GeneratedRegex("""class="back-link"><a href="account">""")]
    private static partial Regex BackLink();

    [GeneratedRegex("""name="_handler" value="(end-[^"]+)""")]
    private static partial Regex EndForm();

    [GeneratedRegex("""<code class="secret" data-secret>([^<]+)</code>""")]
    private static partial Regex ShownKey();
}
