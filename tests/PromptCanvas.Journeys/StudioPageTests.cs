using System.Text.RegularExpressions;

using Microsoft.Playwright;

using static Microsoft.Playwright.Assertions;

namespace PromptCanvas.Journeys;

/// <summary>The pages by keyboard and by mouse, on a wide screen and on a phone.</summary>
public sealed class StudioPageTests(Browser browser, ScriptedStudio studio) : IClassFixture<Browser>, IClassFixture<ScriptedStudio>
{
    [Fact]
    public async Task Enter_BeforeThePageIsLive_IsNotLost()
    {
        await using var tab = await browser.OpenAsync();
        await tab.GoAsync(studio.Address);
        await tab.Page.RouteAsync("**/blazor.web*.js", async route =>
        {
            await Task.Delay(2000);
            await route.ContinueAsync();
        });
        await tab.Page.GotoAsync(studio.Address.ToString(), new PageGotoOptions { WaitUntil = WaitUntilState.Commit });
        await tab.Page.WaitForSelectorAsync("html[data-scripted]");
        await tab.Page.FillAsync("#prompt", "three orange cones");
        await tab.Page.PressAsync("#prompt", "Enter");

        await Expect(tab.Page.Locator(".run-prompt")).ToHaveTextAsync("three orange cones");
        await FinishAsync(tab);
        Assert.Empty(tab.Complaints);
    }

    /// <summary>The text comes back after a reload, but never over what was typed meanwhile.</summary>
    [Fact]
    public async Task Draft_AfterAReload_IsInTheBoxUnlessSomethingElseIs()
    {
        await using var tab = await browser.OpenAsync();
        await tab.GoAsync(studio.Address);
        await tab.Page.FillAsync("#prompt", "an old draft");
        await tab.Page.ReloadAsync();
        await Expect(tab.Page.Locator("#prompt")).ToHaveValueAsync("an old draft");

        // As if the first key came between the page's first render and the call.
        await tab.Page.FillAsync("#prompt", "typed meanwhile");
        await tab.Page.EvaluateAsync("sessionStorage.setItem('promptcanvas.draft', 'an old draft')");
        await tab.Page.EvaluateAsync("""
            async () => {
              const script = performance.getEntriesByType('resource').find(entry => /\/js\/studio[^/]*\.js$/.test(entry.name));
              (await import(script.name)).takeDraft(document.querySelector('#prompt'));
            }
            """);
        await tab.Page.PressAsync("#prompt", "Enter");

        await Expect(tab.Page.Locator(".run-prompt").First).ToHaveTextAsync("typed meanwhile");
        await FinishAsync(tab);
        Assert.Empty(tab.Complaints);
    }

    [Fact]
    public async Task Picture_Opened_WalksByArrowsAndClosesByEscape()
    {
        await using var tab = await browser.OpenAsync();
        await MakeAsync(tab, "a yellow star");
        await tab.GoAsync(studio.Address, "/gallery");
        await tab.Page.Locator(".thumb").First.ClickAsync();
        await Expect(tab.Page.Locator(".viewer[open]")).ToBeVisibleAsync();
        var first = await SeedAsync(tab);

        await tab.Page.Keyboard.PressAsync("ArrowRight");
        await Expect(Seed(tab)).Not.ToHaveTextAsync(first);
        await tab.Page.Keyboard.PressAsync("ArrowLeft");
        await Expect(Seed(tab)).ToHaveTextAsync(first);
        await tab.Page.Keyboard.PressAsync("Escape");

        await Expect(tab.Page.Locator(".viewer")).ToHaveCountAsync(0);
        await Expect(tab.Page.Locator(".thumb").First).ToBeFocusedAsync();
        await Expect(tab.Page).ToHaveURLAsync(new Regex("/gallery$"));

        // A narrower window draws the wall's rows again.
        await tab.Page.Keyboard.PressAsync("Enter");
        await Expect(tab.Page.Locator(".viewer[open]")).ToBeVisibleAsync();
        await tab.Page.SetViewportSizeAsync(500, 900);
        await Expect(tab.Page.Locator(".wall .thumb").First).ToBeAttachedAsync();
        await tab.Page.Keyboard.PressAsync("Escape");
        await Expect(tab.Page.Locator(".viewer")).ToHaveCountAsync(0);
        await Expect(tab.Page.Locator(".thumb").First).ToBeFocusedAsync();
        Assert.Empty(tab.Complaints);
    }

    [Fact]
    public async Task UsePromptAndSeed_BringsEverythingBackThatMadeThePicture()
    {
        await using var tab = await browser.OpenAsync();
        await tab.GoAsync(studio.Address);
        await tab.Page.Locator("[aria-controls=composer-more]").ClickAsync();
        (string Field, string Value)[] settings = [("Seed", "77"), ("Negative prompt", "stars"), ("Steps", "9"), ("Guidance", "2.5")];
        foreach (var (field, value) in settings)
        {
            await Setting(field).FillAsync(value);
        }

        await tab.Page.Locator(".composer .option select").First.SelectOptionAsync("256");
        await tab.Page.FillAsync("#prompt", "a pink heart");
        await tab.Page.PressAsync("#prompt", "Enter");
        await FinishAsync(tab);
        await tab.Tiles.First.Locator("a.tile-link").ClickAsync();
        await Expect(tab.Page.Locator(".viewer-negative")).ToContainTextAsync("stars");
        await Expect(tab.Page.Locator(".viewer .facts").First).ToContainTextAsync("256 × 256");
        foreach (var (field, value) in settings.Where(setting => setting.Field != "Negative prompt"))
        {
            await Expect(tab.Page.Locator(".viewer .facts > div", new() { HasTextRegex = new Regex($"^\\s*{field}") })).ToContainTextAsync(value);
        }

        await tab.Page.GetByText("Use prompt and seed").ClickAsync();
        await Expect(tab.Page.Locator("#prompt")).ToHaveValueAsync("a pink heart");
        await Expect(tab.Page.Locator(".composer .option select").First).ToHaveValueAsync("256");
        foreach (var (field, value) in settings)
        {
            await Expect(Setting(field)).ToHaveValueAsync(value);
        }

        Assert.Empty(tab.Complaints);

        ILocator Setting(string name) => tab.Page.Locator("#composer-more label", new() { HasText = name }).Locator("input");
    }

    [Fact]
    public async Task Viewer_OnALaptop_ShowsEveryActionAndUndoWithoutScrolling_AndWalksInTheOrderOfTheTiles()
    {
        await using var tab = await browser.OpenAsync();
        await MakeAsync(tab, "a silver moon");
        string?[] tiles = [await AddressAsync(0), await AddressAsync(1)];
        await tab.Tiles.First.Locator("a.tile-link").ClickAsync();
        await Expect(tab.Page.Locator(".viewer[open]")).ToBeVisibleAsync();
        await tab.SaveAsync("viewer-1440");
        var lowest = await tab.Page.EvaluateAsync<double>("Math.max(...[...document.querySelectorAll('.verb')].map(verb => verb.getBoundingClientRect().bottom))");
        Assert.InRange(lowest, 1, 900);
        Assert.Equal(["Make", "Keep", "Share", "More"], await tab.Page.Locator(".verbs h3").AllInnerTextsAsync());

        await tab.Page.Keyboard.PressAsync("ArrowRight");
        await Expect(tab.Page).ToHaveURLAsync(new Regex(Regex.Escape(tiles[1]!.Split("picture=")[1])));
        await tab.Page.Keyboard.PressAsync("Delete");
        var undo = tab.Page.Locator(".viewer-undo button");
        Assert.InRange((await undo.BoundingBoxAsync())!.Y, 0, 300);
        await tab.SaveAsync("viewer-undo-1440");
        await undo.ClickAsync();
        await Expect(tab.Page.Locator(".viewer[open]")).ToBeVisibleAsync();
        await Expect(tab.Page.Locator(".viewer-undo")).ToHaveCountAsync(0);
        Assert.Empty(tab.Complaints);

        Task<string?> AddressAsync(int tile) => tab.Tiles.Nth(tile).Locator("a.tile-link").GetAttributeAsync("href");
    }

    [Fact]
    public async Task Stop_OfARunningJob_SaysSoInItsTiles()
    {
        await using var tab = await browser.OpenAsync();
        studio.Engine.Gate.Reset();
        await AskAsync(tab, "a black ring");
        await tab.Page.WaitForSelectorAsync(".tile[data-frame]");
        await tab.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Stop" }).ClickAsync();

        await Expect(tab.Page.Locator(".run[data-state=cancelled] .tile-note").First).ToHaveTextAsync("Stopped");
        studio.Engine.Gate.Set();
        Assert.Empty(tab.Complaints);
    }

    [Fact]
    public async Task Skip_OneTile_GivesItsCreditBackAndTheOthersGoOn()
    {
        await using var tab = await browser.OpenAsync();
        studio.Engine.Gate.Reset();
        await AskAsync(tab, "a pink ring");
        await tab.Page.WaitForSelectorAsync(".tile[data-frame]");
        await tab.Page.Locator(".run .tile").Nth(1).HoverAsync();
        await tab.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Skip picture 2" }).ClickAsync();
        await Expect(tab.Page.Locator(".run .tile").Nth(1).Locator(".tile-note")).ToHaveTextAsync("Stopped");

        studio.Engine.Gate.Set();
        await FinishAsync(tab);
        await Expect(tab.Page.Locator(".run-status").First).ToContainTextAsync("3 of 4 done · 1 credit refunded");
        Assert.Empty(tab.Complaints);
    }

    [Fact]
    public async Task SecondTab_WhileAJobRuns_ShowsItToo()
    {
        await using var first = await browser.OpenAsync();
        await using var second = await browser.OpenAsync();
        studio.Engine.Gate.Reset();
        await AskAsync(first, "a white sphere");
        await first.Page.WaitForSelectorAsync(".tile[data-frame]");
        await second.GoAsync(studio.Address);

        await Expect(second.Page.Locator(".run-prompt").First).ToHaveTextAsync("a white sphere");
        await second.Page.WaitForSelectorAsync(".tile[data-frame]");
        studio.Engine.Gate.Set();
        await FinishAsync(second);
        await FinishAsync(first);
        Assert.Empty(first.Complaints);
        Assert.Empty(second.Complaints);
    }

    [Fact]
    public async Task EmptyPrompt_IsRefusedNextToTheBox()
    {
        await using var tab = await browser.OpenAsync();
        await tab.GoAsync(studio.Address);
        await tab.Page.PressAsync("#prompt", "Enter");

        await Expect(tab.Page.Locator(".composer [role=alert]")).ToContainTextAsync("empty");
        await Expect(tab.Page.Locator(".run")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Up_InTheBox_BringsTheLastPromptBack()
    {
        await using var tab = await browser.OpenAsync();
        await MakeAsync(tab, "a green cross");
        await tab.Page.FillAsync("#prompt", "");
        await tab.Page.PressAsync("#prompt", "ArrowUp");

        await Expect(tab.Page.Locator("#prompt")).ToHaveValueAsync("a green cross");
    }

    [Fact]
    public async Task Phone_OnNoPage_ScrollsSideways()
    {
        await using var tab = await browser.OpenAsync(width: 360, height: 740);
        await MakeAsync(tab, "a long prompt with averyveryveryverylongwordthatdoesnotfitintothreehundredandsixtypixels");
        await AssertFitsAsync(tab);
        await tab.Tiles.First.Locator("a.tile-link").ClickAsync();
        await Expect(tab.Page.Locator(".viewer[open]")).ToBeVisibleAsync();
        await AssertFitsAsync(tab);
        await tab.SaveAsync("viewer-360");
        await tab.GoAsync(studio.Address, "/gallery");
        await AssertFitsAsync(tab);
        Assert.Empty(tab.Complaints);
    }

    [Theory]
    [InlineData(ColorScheme.Dark, "rgb(13, 13, 15)")]
    [InlineData(ColorScheme.Light, "rgb(247, 247, 248)")]
    public async Task Theme_FollowsTheSystemUntilChosen(ColorScheme scheme, string ground)
    {
        await using var tab = await browser.OpenAsync(scheme: scheme);
        await tab.GoAsync(studio.Address);
        await Expect(tab.Page.Locator("body")).ToHaveCSSAsync("background-color", ground);

        await tab.Page.Locator("[data-theme-toggle]").ClickAsync();
        await Expect(tab.Page.Locator("body")).Not.ToHaveCSSAsync("background-color", ground);
        await tab.Page.ReloadAsync();
        await Expect(tab.Page.Locator("body")).Not.ToHaveCSSAsync("background-color", ground);
    }

    private static ILocator Seed(Tab tab) => tab.Page.Locator(".facts dd").First;

    private static Task<string> SeedAsync(Tab tab) => Seed(tab).InnerTextAsync();

    private static async Task FinishAsync(Tab tab) => await tab.Page.WaitForSelectorAsync(".run[data-state=done]");

    private static async Task AssertFitsAsync(Tab tab) =>
        Assert.True(await tab.Page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"), "The page scrolls sideways.");

    private async Task AskAsync(Tab tab, string prompt)
    {
        await tab.GoAsync(studio.Address);
        await tab.Page.FillAsync("#prompt", prompt);
        await tab.Page.PressAsync("#prompt", "Enter");
        await Expect(tab.Page.Locator(".run-prompt").First).ToHaveTextAsync(prompt);
    }

    private async Task MakeAsync(Tab tab, string prompt)
    {
        await AskAsync(tab, prompt);
        await FinishAsync(tab);
    }
}
