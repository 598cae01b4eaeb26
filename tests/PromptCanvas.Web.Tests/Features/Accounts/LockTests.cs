using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using PromptCanvas.Data;
using PromptCanvas.Data.Identity;
using PromptCanvas.Data.People;
using PromptCanvas.Web.Security;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Features.Accounts;

/// <summary>Locks against guessing: they stop the source that guesses, not the owner of the account.</summary>
public sealed class LockTests : IAsyncDisposable
{
    private const string Email = "owner@example.com";
    private const string Wrong = "not the right password";
    private const string Stranger = "203.0.113.5";
    private readonly PlacedStudio placed = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private SignInLocks Locks => placed.Studio.Services.GetRequiredService<SignInLocks>();

    public ValueTask DisposeAsync() => placed.DisposeAsync();

    [Fact]
    public async Task Lock_OfAStrangersRange_LeavesTheOwnerIn()
    {
        await placed.Studio.PersonAsync(Email, PersonRoles.Member);
        await GuessAsync(Stranger, 5);

        Assert.False(await IsInAsync("203.0.113.77", Studio.Password));
        Assert.True(await IsInAsync("203.0.114.5", Studio.Password));
        Assert.True(await IsInAsync("2001:db8::7", Studio.Password));
    }

    [Fact]
    public async Task KnownDevice_GetsPastTheLockOfItsRange_AndIsLockedByItsOwnFailuresOnly()
    {
        await placed.Studio.PersonAsync(Email, PersonRoles.Member);
        using var device = placed.BrowserAt(Stranger);
        using var before = await device.SignInAsync(Email, Studio.Password);
        using var left = await device.SendFormAsync("/account", "sign-out");
        await GuessAsync(Stranger, 5);
        using var inside = await device.SignInAsync(Email, Studio.Password);
        using var out2 = await device.SendFormAsync("/account", "sign-out");
        for (var guess = 0; guess < 5; guess++)
        {
            using var wrong = await device.SignInAsync(Email, Wrong);
        }

        using var locked = await device.SignInAsync(Email, Studio.Password);
        placed.Clock.Advance(TimeSpan.FromMinutes(6));
        using var again = await device.SignInAsync(Email, Studio.Password);

        Assert.Equal(HttpStatusCode.Found, inside.StatusCode);
        Assert.Equal(HttpStatusCode.OK, locked.StatusCode);
        Assert.Equal(HttpStatusCode.Found, again.StatusCode);
    }

    [Fact]
    public async Task KnownDevice_OfAnotherAccount_IsNotKnownHere()
    {
        await placed.Studio.PersonAsync(Email, PersonRoles.Member);
        await placed.Studio.PersonAsync("colleague@example.com", PersonRoles.Member);
        await GuessAsync(Stranger, 5);
        using var device = placed.BrowserAt(Stranger);
        using var own = await device.SignInAsync("colleague@example.com", Studio.Password);
        using var left = await device.SendFormAsync("/account", "sign-out");
        using var refused = await device.SignInAsync(Email, Studio.Password);

        Assert.Equal(HttpStatusCode.Found, own.StatusCode);
        Assert.Equal(HttpStatusCode.OK, refused.StatusCode);
    }

    [Fact]
    public async Task Cookie_OfADevice_IsSignedAndForThisHostOnly()
    {
        await placed.Studio.PersonAsync(Email, PersonRoles.Member);
        using var browser = placed.BrowserAt(Stranger);
        browser.BaseAddress = new Uri("https://localhost");
        using var accepted = await browser.SignInAsync(Email, Studio.Password);
        var cookie = Assert.Single(accepted.Headers.GetValues("Set-Cookie"), value => value.StartsWith("__Host-promptcanvas-device=", StringComparison.Ordinal));
        using var forged = placed.BrowserAt(Stranger, "promptcanvas-device=forged");
        using var answer = await forged.SignInAsync(Email, Studio.Password);

        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("secure", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(Email, WebUtility.UrlDecode(cookie), StringComparison.OrdinalIgnoreCase);
        Assert.Equal(HttpStatusCode.Found, answer.StatusCode);
    }

    [Fact]
    public async Task ManyRanges_TogetherHaveFiftyFailures_AndOneIsForgivenEveryQuarterOfAnHour()
    {
        var owner = await placed.Studio.PersonAsync(Email, PersonRoles.Member);
        var device = new AttemptSource("device 1", IsKnownDevice: true);
        for (var range = 0; range < 50; range++)
        {
            Assert.NotNull(await Locks.TryBeginAsync(owner.Id, Range(range), Cancellation));
        }

        Assert.Null(await Locks.TryBeginAsync(owner.Id, Range(50), Cancellation));
        Assert.NotNull(await Locks.TryBeginAsync(owner.Id, device, Cancellation));
        placed.Clock.Advance(TimeSpan.FromMinutes(16));
        Assert.NotNull(await Locks.TryBeginAsync(owner.Id, Range(51), Cancellation));
        Assert.Null(await Locks.TryBeginAsync(owner.Id, Range(52), Cancellation));
    }

    [Fact]
    public async Task Guesses_AtOnce_CannotPassTheLimit()
    {
        var owner = await placed.Studio.PersonAsync(Email, PersonRoles.Member);
        var begun = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => Locks.TryBeginAsync(owner.Id, Range(1), Cancellation))));

        Assert.Equal(5, begun.Count(attempt => attempt is not null));
    }

    [Fact]
    public async Task Administrator_SeesAndLiftsLocks_AndBothAreAudited()
    {
        var owner = await placed.Studio.PersonAsync(Email, PersonRoles.Member);
        await GuessAsync(Stranger, 5);
        using var administrator = placed.BrowserAt("198.51.100.1", placed.Studio.Administrator.Cookie);
        var before = await administrator.GetStringAsync("/admin/people", Cancellation);
        using var lifted = await administrator.SendFormAsync("/admin/people", $"unlock-{owner.Id}");
        var after = await administrator.GetStringAsync("/admin/people", Cancellation);
        await using var database = await placed.Studio.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync(Cancellation);
        var audit = await database.AuditLog.Where(entry => entry.Target == Email).OrderBy(entry => entry.Id).ToListAsync(Cancellation);

        Assert.Contains("203.0.113.0/24", before, StringComparison.Ordinal);
        Assert.DoesNotContain("203.0.113.0/24", after, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Found, lifted.StatusCode);
        Assert.Equal(["account.locked", "people.unlock"], audit.Select(entry => entry.Action));
        Assert.StartsWith("203.0.113.0/24 until ", audit[0].Detail, StringComparison.Ordinal);
        Assert.True(await IsInAsync(Stranger, Studio.Password));
    }

    [Fact]
    public async Task CurrentPassword_GuessedInASession_GrowsTheSameLock()
    {
        var owner = await placed.Studio.PersonAsync(Email, PersonRoles.Member);
        using var session = placed.BrowserAt(Stranger, owner.Cookie);
        for (var guess = 0; guess < 5; guess++)
        {
            using var wrong = await session.SendFormAsync("/account", "password", ("Change.Current", Wrong), ("Change.New", "four other quiet words here"));
            Assert.Contains("current password is wrong", await wrong.TextAsync(), StringComparison.Ordinal);
        }

        using var right = await session.SendFormAsync("/account", "password", ("Change.Current", Studio.Password), ("Change.New", "four other quiet words here"));
        using var confirmed = await session.SendFormAsync("/account/confirm", "confirm-password", ("Form.Password", Studio.Password));

        Assert.Contains("Too many wrong attempts", await right.TextAsync(), StringComparison.Ordinal);
        Assert.Contains("Too many wrong attempts", await confirmed.TextAsync(), StringComparison.Ordinal);
        Assert.False(await IsInAsync(Stranger, Studio.Password));
    }

    [Theory]
    [InlineData("203.0.113.77", "203.0.113.0/24")]
    [InlineData("::ffff:203.0.113.77", "203.0.113.0/24")]
    [InlineData("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64")]
    [InlineData("fe80::1%3", "fe80::/64")]
    public void Range_OfAnAddress_IsWhatOneSubscriberControls(string address, string expected) =>
        Assert.Equal(expected, AttemptSources.RangeOf(IPAddress.Parse(address)));

    private static AttemptSource Range(int number) => new($"10.0.{number}.0/24", IsKnownDevice: false);

    private async Task GuessAsync(string address, int times)
    {
        using var browser = placed.BrowserAt(address);
        for (var guess = 0; guess < times; guess++)
        {
            using var wrong = await browser.SignInAsync(Email, Wrong);
        }
    }

    private async Task<bool> IsInAsync(string address, string password)
    {
        using var browser = placed.BrowserAt(address);
        using var answer = await browser.SignInAsync(Email, password);
        return answer.StatusCode == HttpStatusCode.Found;
    }
}
