using System.Text.RegularExpressions;

using Microsoft.Playwright;

using static Microsoft.Playwright.Assertions;

namespace PromptCanvas.Journeys;

/// <summary>Provenance, family tree, and changing pictures by captions.</summary>
public sealed partial class LineagePageTests(Browser browser, ScriptedStudio studio) : IClassFixture<Browser>, IClassFixture<ScriptedStudio>
{
    [Fact]
    public async Task Provenance_OfAPicture_ShowsItsStationsStepsAndComparison()
    {
        await using var tab = await browser.OpenAsync();
        var picture = await MakeAsync(tab);
        await tab.GoAsync(studio.Address, $"/images/{picture}");
        await tab.Page.GetByRole(AriaRole.Link, new() { Name = "How it was made" }).ClickAsync();
        await tab.Page.WaitForSelectorAsync(".replay[data-ready]");
        await Expect(tab.Page.Locator(".station canvas[data-drawn]")).ToHaveCountAsync(2);
        await Expect(tab.Page.Locator(".replay-where")).ToHaveTextAsync("To 1024 pixels · 3 / 3");

        await tab.Page.GetByLabel("Step", new() { Exact = true }).FocusAsync();
        await tab.Page.Keyboard.PressAsync("Home");
        await Expect(tab.Page.Locator(".replay-where")).ToHaveTextAsync("Decoder · 1 / 12");

        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Draw them side by side" }).ClickAsync();
        await Expect(tab.Page.Locator(".comparison-mode[data-mode='none'][data-drawn]")).ToHaveCountAsync(1);
        await Expect(tab.Page.Locator(".comparison-mode[data-mode='diffusion'][data-drawn]")).ToHaveCountAsync(1);
        Assert.Empty(tab.Complaints);
    }

    [Fact]
    public async Task Family_OfAVariation_IsWalkedUpAndDown()
    {
        await using var tab = await browser.OpenAsync();
        var parent = await MakeAsync(tab);
        await tab.GoAsync(studio.Address, $"/images/{parent}");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Strong variation" }).ClickAsync();
        await tab.Page.WaitForURLAsync(JobIn());
        await tab.Page.WaitForSelectorAsync(".run[data-state=done]");

        await tab.GoAsync(studio.Address, $"/images/{parent}/family");
        var children = tab.Page.GetByRole(AriaRole.Region, new() { Name = "Made from it" }).Locator("a.thumb");
        await Expect(children).ToHaveCountAsync(4);
        await children.First.ClickAsync();
        await Expect(tab.Page.GetByRole(AriaRole.Region, new() { Name = "This picture and its siblings" }).Locator(".thumb")).ToHaveCountAsync(4);
        var parents = tab.Page.GetByRole(AriaRole.Region, new() { Name = "Made from", Exact = true }).Locator("a.thumb");
        await Expect(parents).ToHaveCountAsync(1);
        await parents.ClickAsync();
        await Expect(tab.Page).ToHaveURLAsync(new Regex($"/images/{parent}/family"));
        Assert.Empty(tab.Complaints);
    }

    [Fact]
    public async Task Change_ByWords_GivesARowToWalkThroughAndKeepsWhatIsWanted()
    {
        await using var tab = await browser.OpenAsync();
        var picture = await MakeAsync(tab);
        await tab.GoAsync(studio.Address, $"/change?image={picture}");
        await Expect(tab.Page.GetByLabel("From", new() { Exact = true })).ToHaveValueAsync("a red cube");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Generate steps" }).ClickAsync();
        await Expect(tab.Page.Locator(".change [role=alert]")).ToContainTextAsync("show instead");

        await tab.Page.GetByLabel("To", new() { Exact = true }).FillAsync("a blue cube");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Generate steps" }).ClickAsync();
        await Expect(tab.Page.Locator(".walk-frame")).ToHaveCountAsync(5);
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Step 4 of 5" }).ClickAsync();
        await Expect(tab.Page.Locator(".walk-slider input")).ToHaveValueAsync("3");
        await tab.Page.Locator(".walk-slider input").FocusAsync();
        await tab.Page.Keyboard.PressAsync("End");
        await Expect(tab.Page.Locator(".walk img").Last).ToHaveCSSAsync("opacity", "1");

        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Keep step 2" }).ClickAsync();
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Move the other 1 to trash" }).ClickAsync();
        await Expect(tab.Page.Locator(".walk-frame")).ToHaveCountAsync(4);
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Undo" }).ClickAsync();
        await Expect(tab.Page.Locator(".walk-frame")).ToHaveCountAsync(5);
        Assert.Empty(tab.Complaints);
    }

    [Fact]
    public async Task Phone_StoryAndFamily_Fit()
    {
        await using var tab = await browser.OpenAsync(width: 360, height: 740, scheme: ColorScheme.Light);
        var picture = await MakeAsync(tab);
        foreach (var page in new[] { "how", "family" })
        {
            await tab.GoAsync(studio.Address, $"/images/{picture}/{page}");
            Assert.True(await tab.Page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"), $"{page} scrolls sideways.");
        }

        Assert.Empty(tab.Complaints);
    }

    [GeneratedRegex("/jobs/")]
    private static partial Regex JobIn();

    // Makes four pictures and returns the first one's id.
    private async Task<string> MakeAsync(Tab tab)
    {
        await tab.MakeAsync(studio.Address, "a red cube");
        var address = await tab.Page.Locator(".run .tile-link").First.GetAttributeAsync("href");
        return PictureIn().Match(address ?? "").Value;
    }

    [GeneratedRegex("(?<=picture=)[0-9a-f-]{36}")]
    private static partial Regex PictureIn();
}
