using System.Net;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using PromptCanvas.Data.People;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Features.Accounts;

/// <summary>Open pages learn that their session has ended.</summary>
public sealed class SessionTests : IAsyncDisposable
{
    private readonly PlacedStudio placed = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => placed.DisposeAsync();

    [Fact]
    public async Task Session_ThatWasEndedElsewhere_IsOverForThePagesThatAsk()
    {
        var person = await placed.Studio.PersonAsync("pages@example.com", PersonRoles.Member);
        using var open = placed.BrowserAt("203.0.113.5", person.Cookie);
        using var elsewhere = placed.BrowserAt("198.51.100.9", person.Cookie);
        var page = await open.GetStringAsync("/gallery", Cancellation);
        var before = await open.GetStringAsync($"/account/session?of={person.Id}", Cancellation);
        using var left = await elsewhere.SendFormAsync("/account", "sign-out-everywhere");
        var after = await open.GetStringAsync($"/account/session?of={person.Id}", Cancellation);

        Assert.Contains($"data-person=\"{person.Id}\"", page, StringComparison.Ordinal);
        Assert.Equal(("true", "false"), (before, after));
    }

    [Fact]
    public async Task Page_OfAnotherPersonThanTheSession_IsOver()
    {
        var one = await placed.Studio.PersonAsync("one@example.com", PersonRoles.Member);
        var other = await placed.Studio.PersonAsync("other@example.com", PersonRoles.Member);
        using var browser = placed.BrowserAt("203.0.113.5", other.Cookie);

        Assert.Equal("false", await browser.GetStringAsync($"/account/session?of={one.Id}", Cancellation));
    }

    [Fact]
    public async Task Asking_DoesNotProlongTheSession()
    {
        var person = await placed.Studio.PersonAsync("pages@example.com", PersonRoles.Member);
        using var browser = placed.BrowserAt("203.0.113.5", AfterHalfItsLife(person.Cookie));
        using var asked = await browser.GetAsync("/account/session", Cancellation);
        using var page = await browser.GetAsync("/account", Cancellation);

        Assert.False(asked.Headers.Contains("Set-Cookie"));
        Assert.Contains(page.Headers.GetValues("Set-Cookie"), cookie => cookie.StartsWith("promptcanvas=", StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
    }

    // A session is prolonged by the first request in the second half of its life.
    private string AfterHalfItsLife(string cookie)
    {
        var (name, value) = (cookie.Split('=', 2)[0], cookie.Split('=', 2)[1]);
        var format = placed.Studio.Services.GetRequiredService<IOptionsMonitor<CookieAuthenticationOptions>>().Get(IdentityConstants.ApplicationScheme).TicketDataFormat;
        var session = format.Unprotect(value)!;
        session.Properties.IssuedUtc = placed.Clock.GetUtcNow().AddDays(-8);
        session.Properties.ExpiresUtc = placed.Clock.GetUtcNow().AddDays(6);
        return $"{name}={format.Protect(session)}";
    }
}
