using Microsoft.Playwright;

using static Microsoft.Playwright.Assertions;

namespace PromptCanvas.Journeys;

/// <summary>Pages where the network does not allow the usual live connection.</summary>
public sealed class LiveLineTests(Browser browser, ScriptedStudio studio) : IClassFixture<Browser>, IClassFixture<ScriptedStudio>
{
    [Fact]
    public async Task Previews_WhereWebSocketsAreBlocked_ComeByServerSentEvents()
    {
        await using var tab = await browser.OpenAsync();
        tab.LeavingServer = true;
        var streams = new List<string>();
        tab.Page.Request += (_, request) =>
        {
            if (request.ResourceType == "eventsource")
            {
                streams.Add(new Uri(request.Url).AbsolutePath);
            }
        };
        await tab.Page.AddInitScriptAsync("window.WebSocket = class { constructor() { throw new Error('A proxy blocks WebSockets.'); } };");
        studio.Engine.Gate.Reset();
        try
        {
            await tab.GoAsync(studio.Address);
            await tab.Page.FillAsync("#prompt", "a red cube");
            await tab.Page.PressAsync("#prompt", "Enter");

            await Expect(tab.Page.Locator(".tile[data-frame]").First).ToBeVisibleAsync();
        }
        finally
        {
            studio.Engine.Gate.Set();
        }

        await tab.Page.WaitForSelectorAsync(".run[data-state=done]");
        Assert.Contains("/hubs/generation", streams);
    }

    [Fact]
    public async Task Page_OfAnotherHostThanTheServerSees_SaysThatItIsNotConnected()
    {
        await using var tab = await browser.OpenAsync();
        var address = new Uri(studio.Address, "sign-in").ToString();
        await tab.Page.GotoAsync(address);
        await Expect(tab.Page.Locator("#live-line")).ToBeHiddenAsync();

        await tab.Page.RouteAsync("**/sign-in", async route =>
        {
            var page = await route.FetchAsync();
            var text = await page.TextAsync();
            Assert.Contains($"data-host=\"{studio.Address.Authority}\"", text, StringComparison.Ordinal);
            await route.FulfillAsync(new RouteFulfillOptions { Response = page, Body = text.Replace($"data-host=\"{studio.Address.Authority}\"", "data-host=\"inside.example:8080\"", StringComparison.Ordinal) });
        });
        await tab.Page.GotoAsync(address);

        await Expect(tab.Page.Locator("#live-line")).ToContainTextAsync("This page has no live connection");
        await Expect(tab.Page.Locator("#live-line")).ToBeVisibleAsync();
    }
}
