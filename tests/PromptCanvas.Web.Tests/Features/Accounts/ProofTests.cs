using System.Net;
using Microsoft.Extensions.DependencyInjection;
using PromptCanvas.Data.People;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Features.Accounts;

/// <summary>The permissions of a session without a recent proof of identity, and the actions that end keys.</summary>
public sealed class ProofTests : IAsyncDisposable
{
    private const string NewPassword = "four other quiet words here";
    private readonly PlacedStudio placed = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => placed.DisposeAsync();

    [Theory]
    [InlineData("/account/keys", "new-key", "new-key")]
    [InlineData("/account/passkeys", "add-passkey", "add-passkey")]
    [InlineData("/account/second-factor", "begin", "turn-on")]
    public async Task NewWayIn_FifteenMinutesAfterTheLastProof_AsksAgain(string page, string first, string form)
    {
        var person = await placed.Studio.PersonAsync("proof@example.com", PersonRoles.Member);
        using var browser = placed.BrowserAt("203.0.113.5", person.Cookie);
        (string, string)[] fields = [("New.Name", "my script"), ("New.Scopes", "read"), ("New.Days", "30"), ("Form.Name", "phone"), ("Form.Credential", "")];
        placed.Clock.Advance(TimeSpan.FromMinutes(14));
        using var recent = await browser.SendFormAsync(page, first, fields);
        placed.Clock.Advance(TimeSpan.FromMinutes(1));
        var note = await browser.GetStringAsync(page, Cancellation);
        using var old = await browser.SendFormAsync(page, form, fields);
        var ask = old.Headers.Location!.OriginalString;
        using var wrong = await browser.SendFormAsync(ask, "confirm-password", ("Form.Password", "not the right password"));
        using var still = await browser.SendFormAsync(page, form, fields);
        using var right = await browser.SendFormAsync(ask, "confirm-password", ("Form.Password", Studio.Password));
        using var now = await browser.SendFormAsync(page, form, fields);

        Assert.Equal(HttpStatusCode.OK, recent.StatusCode);
        Assert.Contains("account/confirm", note, StringComparison.Ordinal);
        Assert.EndsWith($"/account/confirm?returnUrl={Uri.EscapeDataString(page)}", ask, StringComparison.Ordinal);
        Assert.Contains("is wrong", await wrong.TextAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Found, still.StatusCode);
        Assert.EndsWith(page, right.Headers.Location!.OriginalString, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, now.StatusCode);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task NewPassword_EndsApiKeys_WhereTheBoxSaysSo(bool ends)
    {
        var person = await placed.Studio.PersonAsync("keys@example.com", PersonRoles.Member);
        using var browser = placed.BrowserAt("203.0.113.5", person.Cookie);
        (string, string)[] box = ends ? [("Change.EndKeys", "true")] : [];
        using var changed = await browser.SendFormAsync("/account", "password", [("Change.Current", Studio.Password), ("Change.New", NewPassword), .. box]);

        Assert.Equal(HttpStatusCode.Found, changed.StatusCode);
        Assert.Equal(ends ? HttpStatusCode.Unauthorized : HttpStatusCode.OK, await WithKeyAsync(person));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task SignOutEverywhere_EndsApiKeys_WhereTheBoxSaysSo(bool ends)
    {
        var person = await placed.Studio.PersonAsync("keys@example.com", PersonRoles.Member);
        using var browser = placed.BrowserAt("203.0.113.5", person.Cookie);
        using var left = await browser.SendFormAsync("/account", "sign-out-everywhere", ends ? [("EndKeys", "true")] : []);

        Assert.Equal(HttpStatusCode.Found, left.StatusCode);
        Assert.Equal(ends ? HttpStatusCode.Unauthorized : HttpStatusCode.OK, await WithKeyAsync(person));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task NewPassword_ByALink_EndsApiKeys_WhereTheBoxSaysSo(bool ends)
    {
        var person = await placed.Studio.PersonAsync("keys@example.com", PersonRoles.Member);
        await using var scope = placed.Studio.Services.CreateAsyncScope();
        var token = await scope.ServiceProvider.GetRequiredService<Data.Identity.Accounts>().MakeLinkAsync(person.Id);
        using var browser = placed.BrowserAt("203.0.113.5");
        (string, string)[] box = ends ? [("Form.EndKeys", "true")] : [];
        using var changed = await browser.SendFormAsync($"/join?token={token}", "join", [("Form.Password", NewPassword), .. box]);

        Assert.Equal(HttpStatusCode.Found, changed.StatusCode);
        Assert.Equal(ends ? HttpStatusCode.Unauthorized : HttpStatusCode.OK, await WithKeyAsync(person));
    }

    [Fact]
    public async Task BoxForApiKeys_IsOnAndSaysWhatEndsThem()
    {
        var person = await placed.Studio.PersonAsync("keys@example.com", PersonRoles.Member);
        using var browser = placed.BrowserAt("203.0.113.5", person.Cookie);
        var page = WebUtility.HtmlDecode(await browser.GetStringAsync("/account", Cancellation));

        Assert.Contains("name=\"EndKeys\" value=\"true\" checked", page, StringComparison.Ordinal);
        Assert.Contains("name=\"Change.EndKeys\" value=\"true\" checked", page, StringComparison.Ordinal);
        Assert.Contains("API keys are revoked only if you tick this box", page, StringComparison.Ordinal);
    }

    private async Task<HttpStatusCode> WithKeyAsync(SomebodyInTest person)
    {
        using var program = placed.Studio.ClientOf(person);
        using var answer = await program.GetAsync("/api/me/quota", Cancellation);
        return answer.StatusCode;
    }
}
