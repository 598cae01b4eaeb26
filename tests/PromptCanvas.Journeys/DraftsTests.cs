using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace PromptCanvas.Journeys;

/// <summary>Drafts first: small pictures to choose from, and the chosen ones finished.</summary>
public sealed class DraftsTests(Browser browser, ScriptedStudio studio) : IClassFixture<Browser>, IClassFixture<ScriptedStudio>
{
    [Theory]
    [InlineData(1440, ColorScheme.Dark)]
    [InlineData(360, ColorScheme.Light)]
    public async Task Drafts_ChosenAndFinished_StartFromTheDraftsPicture(int width, ColorScheme scheme)
    {
        await using var tab = await browser.OpenAsync(width, height: 900, scheme);
        await tab.GoAsync(studio.Address);
        await tab.Page.Locator(".composer-making input[value=drafts]").CheckAsync();
        await tab.Page.FillAsync("#prompt", "a red cube");
        await tab.Page.PressAsync("#prompt", "Enter");
        var sheet = tab.Page.Locator(".run[data-state=done] .draft");
        await Expect(sheet).ToHaveCountAsync(4);
        await tab.SaveAsync($"drafts-{width}");
        await sheet.Nth(1).Locator("input").CheckAsync();
        await sheet.Nth(2).Locator("input").CheckAsync();
        var chosen = await sheet.Nth(1).Locator(".draft-picture").GetAttributeAsync("src");

        studio.Engine.StepsBeforeGate = 0;
        studio.Engine.Gate.Reset();
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Finish these 2" }).ClickAsync();
        var tile = tab.Page.Locator(".run").First.Locator(".tile");
        await Expect(tile).ToHaveCountAsync(2);
        await Expect(tile.First.Locator(".tile-draft")).ToHaveAttributeAsync("src", chosen!);
        await Expect(tab.Page.Locator(".history-run").First.Locator(".draft-state")).ToHaveCountAsync(2);
        await tab.SaveAsync($"drafts-finishing-{width}");
        studio.Engine.Gate.Set();

        await tab.Page.Locator(".run[data-state=done]").First.WaitForAsync();
        await Expect(tile.Locator(".tile-picture.is-here")).ToHaveCountAsync(2);
        await Expect(tab.Page.Locator(".history-run").First.Locator(".draft-state")).ToHaveTextAsync(["Finished", "Finished"]);
        Assert.True(await tab.Page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"), "The page scrolls sideways.");

        // The switch remembers.
        await tab.GoAsync(studio.Address);
        await Expect(tab.Page.Locator(".composer-making input[value=drafts]")).ToBeCheckedAsync();
        Assert.Empty(tab.Complaints);
    }
}
