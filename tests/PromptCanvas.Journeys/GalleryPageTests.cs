using System.Text.RegularExpressions;

using Microsoft.Playwright;

using static Microsoft.Playwright.Assertions;

namespace PromptCanvas.Journeys;

/// <summary>Finding, marking, deleting and restoring pictures by keyboard.</summary>
public sealed class GalleryPageTests(Browser browser, ScriptedStudio studio) : IClassFixture<Browser>, IClassFixture<ScriptedStudio>
{
    [Fact]
    public async Task Picture_MarkedByF_IsOnTheShelfOfFavourites()
    {
        await using var tab = await browser.OpenAsync();
        await tab.MakeAsync(studio.Address, "a purple ring");
        await tab.GoAsync(studio.Address, "/gallery");
        await tab.Page.Locator(".thumb").First.ClickAsync();
        await Expect(tab.Page.Locator(".viewer[open]")).ToBeVisibleAsync();
        await tab.Page.Keyboard.PressAsync("f");
        await Expect(tab.Page.Locator(".viewer").GetByRole(AriaRole.Button, new() { Name = "Favourite" })).ToHaveAttributeAsync("aria-pressed", "true");

        await tab.GoAsync(studio.Address, "/gallery?shelf=favourites");
        await Expect(tab.Page.Locator(".thumb")).ToHaveCountAsync(1);
        Assert.Empty(tab.Complaints);
    }

    // Typing a board name must not trigger the viewer's shortcuts, and Ctrl+F belongs to the browser.
    [Fact]
    public async Task Keys_MeantForSomethingElse_DoNothingToThePicture()
    {
        await using var tab = await browser.OpenAsync();
        await tab.MakeAsync(studio.Address, "an orange cone");
        await tab.GoAsync(studio.Address, "/gallery");
        await tab.Page.Locator(".thumb").First.ClickAsync();
        await Expect(tab.Page.Locator(".viewer[open]")).ToBeVisibleAsync();
        var address = tab.Page.Url;

        await tab.Page.Locator(".viewer .board-picker summary").ClickAsync();
        await tab.Page.Locator(".viewer .board-new input").PressSequentiallyAsync("five evenings?");
        await tab.Page.Keyboard.PressAsync("Enter");
        await Expect(tab.Page.Locator(".viewer .board-choice", new() { HasText = "five evenings?" })).ToHaveAttributeAsync("aria-pressed", "true");
        await tab.Page.Locator(".viewer-close").FocusAsync();
        await tab.Page.Keyboard.PressAsync("Control+v");
        await tab.Page.Keyboard.PressAsync("Control+f");

        await tab.Page.Keyboard.PressAsync("?");
        await Expect(tab.Page.Locator("dl.viewer-keys")).ToContainTextAsync("Subtle variation");
        Assert.Equal(address, tab.Page.Url);
        await Expect(tab.Page.Locator(".viewer").GetByRole(AriaRole.Button, new() { Name = "Favourite" })).ToHaveAttributeAsync("aria-pressed", "false");
        await tab.SaveAsync("viewer-keys");
        Assert.Empty(tab.Complaints);
    }

    [Fact]
    public async Task Picture_Deleted_IsInTheTrashAndComesBack()
    {
        await using var tab = await browser.OpenAsync();
        await tab.MakeAsync(studio.Address, "a brown pyramid");
        await tab.GoAsync(studio.Address, "/gallery?q=brown+PYRAMID");
        await Expect(tab.Page.Locator(".wall[data-measured] a.thumb").First).ToBeVisibleAsync();
        var found = await tab.Page.Locator(".thumb").CountAsync();
        await tab.Page.Locator(".thumb").First.ClickAsync();
        await Expect(tab.Page.Locator(".viewer[open]")).ToBeVisibleAsync();
        await tab.Page.Keyboard.PressAsync("Delete");
        await Expect(tab.Page.Locator(".viewer-note")).ToContainTextAsync("trash");

        await tab.GoAsync(studio.Address, "/gallery?q=brown+PYRAMID");
        await Expect(tab.Page.Locator(".thumb")).ToHaveCountAsync(found - 1);
        await tab.GoAsync(studio.Address, "/gallery?shelf=trash");
        await tab.Page.EvaluateAsync("window.sameDocument = true");
        await tab.Page.Locator(".thumb").First.ClickAsync();
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Restore" }).ClickAsync();
        await Expect(tab.Page.GetByRole(AriaRole.Button, new() { Name = "Restore" })).ToHaveCountAsync(0);
        await Expect(tab.Page.Locator(".viewer-prompt")).ToContainTextAsync("brown pyramid");
        await Expect(tab.Page.Locator(".thumb")).ToHaveCountAsync(0);
        Assert.True(await tab.Page.EvaluateAsync<bool>("window.sameDocument === true"), "Restoring loaded the page again.");

        await tab.GoAsync(studio.Address, "/gallery?q=brown+PYRAMID");
        await Expect(tab.Page.Locator(".thumb")).ToHaveCountAsync(found);
        Assert.Empty(tab.Complaints);
    }

    [Fact]
    public async Task Search_WithoutAFind_SaysSo()
    {
        await using var tab = await browser.OpenAsync(width: 360, height: 740);
        await tab.GoAsync(studio.Address, "/gallery");
        await tab.Page.FillAsync("#search", "nothing of the kind");
        await tab.Page.PressAsync("#search", "Enter");

        await Expect(tab.Page).ToHaveURLAsync(new Regex("q=nothing"));
        await Expect(tab.Page.Locator(".notice")).ToContainTextAsync("Nothing found");
        Assert.True(await tab.Page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"), "The page scrolls sideways.");
        Assert.Empty(tab.Complaints);
    }
}
