using System.Net;
using PromptCanvas.Data.People;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Features.Usage;

public sealed class CreditRequestTests(Studio studio) : IClassFixture<Studio>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Request_ReachesTheAdministrator_WhoGrantsItWithOnePress()
    {
        var person = await studio.PersonAsync("short@example.com", PersonRoles.Member);
        using var theirs = studio.Browser(person.Cookie);
        using var administrator = studio.Browser(studio.Administrator.Cookie);
        using var asked = await theirs.SendFormAsync("/account/usage", "ask-credits", ("Ask.Amount", "25"), ("Ask.Note", "for the <b>poster</b>"));
        var waiting = await theirs.GetStringAsync("/account/usage", Cancellation);
        var people = await administrator.GetStringAsync("/admin/people", Cancellation);
        using var granted = await administrator.SendFormAsync("/admin/people", $"grant-{person.Id}");
        var usage = await theirs.GetStringAsync("/account/usage", Cancellation);
        var told = WebUtility.HtmlDecode(await theirs.GetStringAsync("/account/notifications", Cancellation));

        Assert.Equal(HttpStatusCode.Found, asked.StatusCode);
        Assert.DoesNotContain("ask-credits", waiting, StringComparison.Ordinal);
        Assert.Contains("short asks for 25 credits", people, StringComparison.Ordinal);
        Assert.Contains("for the &lt;b&gt;poster", people, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Found, granted.StatusCode);
        Assert.Contains("0 of 225 used", usage, StringComparison.Ordinal);
        Assert.Contains("ask-credits", usage, StringComparison.Ordinal);
        Assert.Contains("added 25 credits", told, StringComparison.Ordinal);
        Assert.DoesNotContain("asks for 25", await administrator.GetStringAsync("/admin/people", Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Request_Dismissed_AddsNothing()
    {
        var person = await studio.PersonAsync("dismissed@example.com", PersonRoles.Member);
        using var theirs = studio.Browser(person.Cookie);
        using var asked = await theirs.SendFormAsync("/account/usage", "ask-credits", ("Ask.Amount", "25"), ("Ask.Note", ""));
        using var administrator = studio.Browser(studio.Administrator.Cookie);
        using var dismissed = await administrator.SendFormAsync("/admin/people", $"dismiss-{person.Id}");

        Assert.Contains("0 of 200 used", await theirs.GetStringAsync("/account/usage", Cancellation), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0", "")]
    [InlineData("-3", "")]
    [InlineData("1000000", "")]
    [InlineData("", "please")]
    public async Task Request_OfNoUsableAmount_IsRefused(string amount, string note)
    {
        var person = await studio.PersonAsync("odd@example.com", PersonRoles.Member);
        using var theirs = studio.Browser(person.Cookie);
        using var asked = await theirs.SendFormAsync("/account/usage", "ask-credits", ("Ask.Amount", amount), ("Ask.Note", note));

        Assert.Equal(HttpStatusCode.OK, asked.StatusCode);
        Assert.Contains("Choose between 1 and", await asked.TextAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Requests_AreNoneOfAMembersBusiness()
    {
        var person = await studio.PersonAsync("nosy@example.com", PersonRoles.Member);
        using var browser = studio.Browser(person.Cookie);
        using var answer = await browser.GetAsync("/admin/people", Cancellation);

        Assert.NotEqual(HttpStatusCode.OK, answer.StatusCode);
    }
}
