using System.Net;
using System.Text.RegularExpressions;
using PromptCanvas.Data.People;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Features.Accounts;

public sealed partial class SecondFactorTests : IAsyncDisposable
{
    private const string Email = "careful@example.com";
    private const string Here = "203.0.113.5";
    private const string Elsewhere = "198.51.100.9";
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(30);
    private readonly PlacedStudio placed = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => placed.DisposeAsync();

    [Fact]
    public async Task SecondFactor_TurnedOn_IsAskedForAndTakesCodesAndRecoveryCodes()
    {
        await placed.Studio.PersonAsync(Email, PersonRoles.Member);
        using var browser = placed.BrowserAt(Here);
        await browser.SignInAsync(Email, Studio.Password);
        using var begun = await browser.SendFormAsync("/account/second-factor", "begin");
        var key = Key().Match(await begun.TextAsync()).Groups[1].Value;
        using var wrong = await browser.SendFormAsync("/account/second-factor", "turn-on", ("Form.Code", "000000"));
        Assert.Contains("Wrong code", await wrong.TextAsync(), StringComparison.Ordinal);
        using var on = await browser.SendFormAsync("/account/second-factor", "turn-on", ("Form.Code", CodeOf(key)));
        var shown = await on.TextAsync();
        var codes = RecoveryCode().Matches(shown).Select(code => code.Value).ToList();
        var recovery = codes[0];

        // One a line, to be copied or downloaded as they are.
        Assert.Contains($"data-copy=\"{string.Join('\n', codes)}\"", shown, StringComparison.Ordinal);
        Assert.Contains($"href=\"data:text/plain;charset=utf-8,{Uri.EscapeDataString(string.Join('\n', codes))}\" download=", shown, StringComparison.Ordinal);

        placed.Clock.Advance(Step);
        using var stranger = placed.BrowserAt(Here);
        using var half = await stranger.SignInAsync(Email, Studio.Password);
        using var notYet = await stranger.GetAsync("/gallery", Cancellation);
        using var inside = await stranger.SendFormAsync("/sign-in/code", "code", ("Form.Code", CodeOf(key)));
        using var page = await stranger.GetAsync("/gallery", Cancellation);
        Assert.Contains("/sign-in/code", half.Headers.Location?.ToString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Found, notYet.StatusCode);
        Assert.Equal(HttpStatusCode.Found, inside.StatusCode);
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);

        Assert.Equal(HttpStatusCode.Found, await WithCodeAsync(Here, recovery));
        Assert.Equal(HttpStatusCode.OK, await WithCodeAsync(Here, recovery));
    }

    [Theory]
    [InlineData(-2, false)]
    [InlineData(-1, true)]
    [InlineData(0, true)]
    [InlineData(1, true)]
    [InlineData(2, false)]
    public async Task Code_WorksOnce_AndWithinThirtySeconds(int steps, bool works)
    {
        var key = await WithSecondFactorAsync();
        var code = CodeOf(key, steps);

        Assert.Equal(works ? HttpStatusCode.Found : HttpStatusCode.OK, await WithCodeAsync(Here, code));
        Assert.Equal(HttpStatusCode.OK, await WithCodeAsync(Here, code));
    }

    [Fact]
    public async Task Code_SentByEightAtOnce_WorksForOne()
    {
        var key = await WithSecondFactorAsync();
        var code = CodeOf(key);
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(number => WithCodeAsync($"10.0.{number}.1", code)));

        Assert.Single(answers, answer => answer == HttpStatusCode.Found);
    }

    [Fact]
    public async Task Code_Wrong_GrowsTheLockOfThePassword_AndARightPasswordDoesNotShrinkIt()
    {
        var key = await WithSecondFactorAsync();
        for (var guess = 0; guess < 5; guess++)
        {
            // Each guess enters the right password first.
            Assert.Equal(HttpStatusCode.OK, await WithCodeAsync(Elsewhere, "000000"));
        }

        using var browser = placed.BrowserAt(Elsewhere);
        using var locked = await browser.SignInAsync(Email, Studio.Password);

        Assert.Equal(HttpStatusCode.OK, locked.StatusCode);
        Assert.Equal(HttpStatusCode.Found, await WithCodeAsync(Here, CodeOf(key)));
    }

    [Fact]
    public async Task SetUp_BeforeItIsConfirmed_EndsNoSession_AndConfirmedItEndsTheOthers()
    {
        await placed.Studio.PersonAsync(Email, PersonRoles.Member);
        using var here = placed.BrowserAt(Here);
        await here.SignInAsync(Email, Studio.Password);
        using var elsewhere = placed.BrowserAt(Elsewhere);
        await elsewhere.SignInAsync(Email, Studio.Password);
        using var begun = await here.SendFormAsync("/account/second-factor", "begin");
        var key = Key().Match(await begun.TextAsync()).Groups[1].Value;
        using var stays = await elsewhere.GetAsync("/gallery", Cancellation);
        using var fresh = placed.BrowserAt(Elsewhere);
        using var withoutCode = await fresh.SignInAsync(Email, Studio.Password);
        using var on = await here.SendFormAsync("/account/second-factor", "turn-on", ("Form.Code", CodeOf(key)));
        using var ended = await elsewhere.GetAsync("/gallery", Cancellation);
        using var kept = await here.GetAsync("/gallery", Cancellation);

        Assert.Equal(HttpStatusCode.OK, stays.StatusCode);
        Assert.DoesNotContain("/sign-in/code", withoutCode.Headers.Location?.ToString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Found, ended.StatusCode);
        Assert.Equal(HttpStatusCode.OK, kept.StatusCode);
    }

    [Fact]
    public async Task RecoveryCodes_FifteenMinutesAfterTheLastProof_AskForPasswordOrCode()
    {
        var key = await WithSecondFactorAsync();
        using var browser = placed.BrowserAt(Here);
        await browser.SignInAsync(Email, Studio.Password);
        using var inside = await browser.SendFormAsync("/sign-in/code", "code", ("Form.Code", CodeOf(key)));
        placed.Clock.Advance(TimeSpan.FromMinutes(15));
        using var asked = await browser.SendFormAsync("/account/second-factor", "new-codes");
        using var proven = await browser.SendFormAsync(asked.Headers.Location!.OriginalString, "confirm-code", ("Form.Code", CodeOf(key)));
        using var made = await browser.SendFormAsync("/account/second-factor", "new-codes");

        Assert.Contains("/account/confirm", asked.Headers.Location!.OriginalString, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Found, proven.StatusCode);
        Assert.Matches(RecoveryCode(), await made.TextAsync());
    }

    private string CodeOf(string key, int steps = 0) => Authenticator.CodeOf(key, placed.Clock.GetUtcNow() + (steps * Step));

    // The code that turned it on is two steps old afterwards, so that it does not disturb the test.
    private async Task<string> WithSecondFactorAsync()
    {
        await placed.Studio.PersonAsync(Email, PersonRoles.Member);
        using var browser = placed.BrowserAt(Here);
        await browser.SignInAsync(Email, Studio.Password);
        using var begun = await browser.SendFormAsync("/account/second-factor", "begin");
        var key = Key().Match(await begun.TextAsync()).Groups[1].Value;
        using var on = await browser.SendFormAsync("/account/second-factor", "turn-on", ("Form.Code", CodeOf(key)));
        Assert.Matches(RecoveryCode(), await on.TextAsync());
        placed.Clock.Advance(3 * Step);
        return key;
    }

    private async Task<HttpStatusCode> WithCodeAsync(string address, string code)
    {
        using var browser = placed.BrowserAt(address);
        using var half = await browser.SignInAsync(Email, Studio.Password);
        using var answer = await browser.SendFormAsync("/sign-in/code", "code", ("Form.Code", code));
        return answer.StatusCode;
    }

    [GeneratedRegex("<code class=\"secret\" data-secret>([A-Z2-7 ]+)</code>")]
    private static partial Regex Key();

    [GeneratedRegex("(?<=<li>)[A-Z0-9]{5}-[A-Z0-9]{5}", RegexOptions.IgnoreCase)]
    private static partial Regex RecoveryCode();
}
