using System.Net;
using System.Text.RegularExpressions;

using PromptCanvas.Data.People;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Features.Accounts;

public sealed partial class RecoveryTests : IAsyncDisposable
{
    private const string NewPassword = "entirely other words than before";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly MailBox box = new();
    private readonly Studio studio = new();

    public RecoveryTests()
    {
        studio.Settings["Mail:Host"] = "localhost";
        studio.Settings["Mail:Port"] = $"{box.Port}";
        studio.Settings["Mail:Security"] = "None";
        studio.Settings["Mail:From"] = "studio@example.com";
        studio.Settings["Mail:PublicAddress"] = "https://studio.example";
    }

    public async ValueTask DisposeAsync()
    {
        await studio.DisposeAsync();
        await box.DisposeAsync();
    }

    [Fact]
    public async Task Forgot_SendsALinkOfOurOwnAddress_ThatWorksOnce()
    {
        await studio.PersonAsync("forgetful@example.com", PersonRoles.Member);
        using var browser = studio.Browser();
        browser.DefaultRequestHeaders.Host = "evil.example";
        using var asked = await browser.SendFormAsync("/forgot", "forgot", ("Email", " Forgetful@example.com "));
        var (to, text) = await LetterAsync();
        var link = new Uri(Link().Match(text).Value);
        using var guest = studio.Browser();
        using var set = await guest.SendFormAsync(link.PathAndQuery, "join", ("Form.Password", NewPassword));
        using var again = await studio.Browser().SendFormOrNothingAsync(link.PathAndQuery, "join", ("Form.Password", NewPassword));
        using var back = await studio.Browser().SignInAsync("forgetful@example.com", NewPassword);

        Assert.Contains("If there is an account", await asked.TextAsync(), StringComparison.Ordinal);
        Assert.Equal("forgetful@example.com", to);
        Assert.Equal("studio.example", link.Host);
        Assert.Equal(HttpStatusCode.Found, set.StatusCode);
        Assert.Null(again);
        Assert.Equal(HttpStatusCode.Found, back.StatusCode);
    }

    [Theory]
    [InlineData("de", null, "Wenn du das nicht warst")]
    [InlineData("de", "en", "If it was not you")]
    [InlineData("en", "de", "Wenn du das nicht warst")]
    public async Task Forgot_WritesInTheLanguageOfTheAccount_OrElseOfTheBrowser(string browsers, string? accounts, string expected)
    {
        var person = await studio.PersonAsync("forgetful@example.com", PersonRoles.Member);
        using var account = studio.Browser(person.Cookie);
        using var chosen = await account.SendFormAsync("/account", "profile", ("Profile.Name", "Forgetful"), ("Profile.Language", accounts ?? ""));
        using var browser = studio.Browser();
        browser.DefaultRequestHeaders.AcceptLanguage.ParseAdd(browsers);
        using var asked = await browser.SendFormAsync("/forgot", "forgot", ("Email", "forgetful@example.com"));

        Assert.Contains(expected, (await LetterAsync()).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Forgot_OfAnUnknownOrSuspendedPerson_SaysTheSameAndSendsNothing()
    {
        var suspended = await studio.PersonAsync("gone@example.com", PersonRoles.Member);
        using var administrator = studio.Browser(studio.Administrator.Cookie);
        using var done = await administrator.SendFormAsync("/admin/people", $"suspend-{suspended.Id}");
        var answers = new List<string>();
        foreach (var email in (string[])["nobody@example.com", "gone@example.com", Studio.AdministratorEmail])
        {
            using var browser = studio.Browser();
            using var asked = await browser.SendFormAsync("/forgot", "forgot", ("Email", email));
            answers.Add(Nonce().Replace(await asked.TextAsync(), ""));
        }

        // Mails are sent in the order of the requests, so the only mail belongs to the last request.
        var (to, _) = await LetterAsync();
        Assert.Equal(Studio.AdministratorEmail, to);
        Assert.Equal(0, box.Count);
        Assert.Single(answers.Distinct());
    }

    [Fact]
    public async Task Invitation_IsOnThePageAndInTheMail()
    {
        using var administrator = studio.Browser(studio.Administrator.Cookie);
        using var made = await administrator.SendFormAsync("/admin/people", "invite", ("Invitation.Email", "new@example.com"), ("Invitation.Role", PersonRoles.Member));
        var shown = new Uri(Link().Match(await made.TextAsync()).Value);
        var (to, text) = await LetterAsync();

        Assert.Equal("new@example.com", to);
        Assert.Equal(shown.Query, new Uri(Link().Match(text).Value).Query);

        using var newcomer = studio.Browser();
        using var joined = await newcomer.SendFormAsync(shown.PathAndQuery, "join", ("Form.Name", "Newcomer"), ("Form.Password", Studio.Password));
        var people = await administrator.GetStringAsync("/admin/people", TestContext.Current.CancellationToken);
        Assert.DoesNotContain("never signed in", people[people.IndexOf("Newcomer", StringComparison.Ordinal)..].Split("</li>")[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Forgot_WithoutAMailServer_NamesTheAdministrator()
    {
        studio.Settings["Mail:Host"] = "";
        var page = await studio.Browser().GetStringAsync("/forgot", TestContext.Current.CancellationToken);

        Assert.DoesNotContain("<form", page, StringComparison.Ordinal);
        Assert.Contains("Ask an administrator to send you a link", page, StringComparison.Ordinal);
    }

    private async Task<(string To, string Text)> LetterAsync()
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        timeout.CancelAfter(Patience);
        return await box.ReadAsync(timeout.Token);
    }

    [GeneratedRegex("https?://\\S+/join\\?token=[A-Za-z0-9_-]{43}")]
    private static partial Regex Link();

    [GeneratedRegex("""nonce="[^"]*"|<!--.*?-->""", RegexOptions.Singleline)]
    private static partial Regex Nonce();
}
