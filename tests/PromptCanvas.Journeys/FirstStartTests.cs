using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace PromptCanvas.Journeys;

/// <summary>A page whose live connection cannot be made at first, as when its node has just left.</summary>
public sealed class FirstStartTests(Browser browser, ScriptedStudio studio) : IClassFixture<Browser>, IClassFixture<ScriptedStudio>
{
    // A second attempt comes after half a minute.
    private const float Patience = 90_000;

    [Theory]
    [InlineData("**/_blazor/negotiate*", false)]
    [InlineData("**/_blazor?id=*", true)]
    public async Task Page_ThatCannotStart_SaysSo_LoadsAgain_AndDoesWhatWasPressedMeanwhile(string request, bool isAborted)
    {
        await using var tab = await browser.OpenAsync();
        await tab.GoAsync(studio.Address);
        tab.LeavingServer = true;
        await tab.Page.AddInitScriptAsync("if (!sessionStorage.getItem('later')) { window.WebSocket = class { constructor() { throw new Error('No node.'); } }; } sessionStorage.setItem('later', 'yes');");
        await tab.Page.RouteAsync(request, Refuse);

        await tab.Page.ReloadAsync();
        await Expect(tab.Page.Locator(".reconnect")).ToContainTextAsync("The server is not responding");
        await tab.Page.FillAsync("#prompt", "a red cube");
        await tab.Page.PressAsync("#prompt", "Enter");
        await tab.Page.UnrouteAsync(request);

        await tab.Page.WaitForSelectorAsync(".studio[data-live] .run[data-state=done]", new() { Timeout = Patience });
        await Expect(tab.Page.Locator(".run")).ToHaveCountAsync(1);

        Task Refuse(IRoute route) => isAborted ? route.AbortAsync() : route.FulfillAsync(new RouteFulfillOptions { Status = 502 });
    }

    [Fact]
    public async Task Page_ThatCannotStartAgain_WaitsBeforeItLoadsOnceMore()
    {
        await using var tab = await browser.OpenAsync();
        await tab.GoAsync(studio.Address);
        tab.LeavingServer = true;
        await tab.Page.RouteAsync("**/_blazor/negotiate*", route => route.FulfillAsync(new RouteFulfillOptions { Status = 502 }));
        await tab.Page.Clock.InstallAsync();
        var asked = 0;
        tab.Page.Request += (_, request) => asked += request.Url.EndsWith("/health/live", StringComparison.Ordinal) ? 1 : 0;

        await tab.Page.ReloadAsync();
        await Expect(tab.Page.Locator(".reconnect")).ToBeVisibleAsync();
        await tab.Page.EvaluateAsync("window.stays = true");
        await tab.Page.Clock.FastForwardAsync("00:05");
        await tab.Page.WaitForFunctionAsync("() => window.stays === undefined");
        Assert.Equal(1, asked);

        await Expect(tab.Page.Locator(".reconnect")).ToBeVisibleAsync();
        await tab.Page.EvaluateAsync("window.stays = true");
        await tab.Page.Clock.FastForwardAsync("00:05");
        Assert.True(await tab.Page.EvaluateAsync<bool>("window.stays === true"));
        Assert.Equal(1, asked);
        await tab.Page.Clock.FastForwardAsync("00:30");
        await tab.Page.WaitForFunctionAsync("() => window.stays === undefined");
        Assert.Equal(2, asked);
    }
}
