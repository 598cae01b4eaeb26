using System.Text.RegularExpressions;

using Microsoft.Playwright;

using PromptCanvas.Data.People;

using static Microsoft.Playwright.Assertions;

namespace PromptCanvas.Journeys;

/// <summary>Create shows one's own runs by day; the team's work is in the gallery, with its makers' names.</summary>
public sealed class HistoryTests(Browser browser, ScriptedStudio studio) : IClassFixture<Browser>, IClassFixture<ScriptedStudio>
{
    [Theory]
    [InlineData(1440, ColorScheme.Dark)]
    [InlineData(360, ColorScheme.Light)]
    public async Task Create_ShowsEarlierRunsWithTheirSettingsAndVerbs(int width, ColorScheme scheme)
    {
        await using var tab = await browser.OpenAsync(width, height: 900, scheme);
        var prompt = $"a copper kettle {width}";
        await tab.MakeAsync(studio.Address, prompt);
        await tab.MakeAsync(studio.Address, $"a tin can {width}");
        var other = await studio.PersonAsync("colleague@example.com", PersonRoles.Member);
        await studio.AddPictureAsync($"their kettle {width}", ("PersonId", other.Id));
        await tab.GoAsync(studio.Address);

        var run = tab.Page.Locator(".history-run", new() { HasText = prompt });
        await Expect(tab.Page.Locator(".history-day h2").First).ToHaveTextAsync("Today");
        await Expect(run.Locator(".history-facts")).ToContainTextAsync("4 pictures · 1024 × 1024 · starter · seed");
        await Expect(run.Locator("a.thumb")).ToHaveCountAsync(4);
        await Expect(tab.Page.GetByAltText($"their kettle {width}")).ToHaveCountAsync(0);
        await tab.SaveAsync($"history-{width}");

        await run.GetByRole(AriaRole.Link, new() { Name = "Use settings" }).ClickAsync();
        await Expect(tab.Page.Locator("#prompt")).ToHaveValueAsync(prompt);
        await run.Locator("a.thumb").First.ClickAsync();
        await Expect(tab.Page.Locator(".viewer[open]")).ToBeVisibleAsync();
        await tab.Page.Keyboard.PressAsync("Escape");
        await run.GetByRole(AriaRole.Button, new() { Name = "Run again · 4 credits" }).ClickAsync();
        await Expect(tab.Page.Locator(".run-prompt").First).ToHaveTextAsync(prompt);
        await tab.Page.WaitForSelectorAsync(".run[data-state=done]");

        await tab.GoAsync(studio.Address);
        await Expect(run).ToHaveCountAsync(2);
        await tab.Page.GetByRole(AriaRole.Link, new() { Name = "See your team's pictures" }).ClickAsync();
        await Expect(tab.Page).ToHaveURLAsync(new Regex("/gallery$"));
        await Expect(tab.Page.Locator(".thumb-frame", new() { Has = tab.Page.GetByAltText($"their kettle {width}") }).Locator(".tile-by")).ToContainTextAsync("colleague");
        await tab.SaveAsync($"gallery-makers-{width}");
        Assert.True(await tab.Page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"), "The page scrolls sideways.");
        Assert.Empty(tab.Complaints);
    }
}
