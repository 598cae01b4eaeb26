using System.Text.RegularExpressions;

using Microsoft.Playwright;

using PromptCanvas.Data.People;

using static Microsoft.Playwright.Assertions;

namespace PromptCanvas.Journeys;

/// <summary>Sharing and moderation: links, boards, comments, rules, first-visit hints.</summary>
public sealed partial class TogetherPageTests(Browser browser, ScriptedStudio studio) : IClassFixture<Browser>, IClassFixture<ScriptedStudio>
{
    [Fact]
    public async Task Link_WithAPassword_IsOpenedByAStrangerWhoKnowsIt_AndGoneWhenRevoked()
    {
        await using var tab = await browser.OpenAsync();
        await tab.MakeAsync(studio.Address, "a green ring");
        await tab.GoAsync(studio.Address, "/gallery");
        await tab.Page.Locator(".thumb").First.ClickAsync();
        await tab.Page.GetByRole(AriaRole.Link, new() { Name = "Share", Exact = true }).ClickAsync();
        await tab.Page.GetByLabel("Password").FillAsync("open sesame");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Create link" }).ClickAsync();
        var address = await tab.Page.Locator("[data-secret]").InnerTextAsync();

        await using var stranger = await browser.OpenAsync(width: 360, height: 740, ColorScheme.Light);
        await stranger.Page.GotoAsync(address);
        await stranger.Page.GetByLabel("Password").FillAsync("open sesame");
        await stranger.Page.GetByRole(AriaRole.Button, new() { Name = "Open" }).ClickAsync();
        await Expect(stranger.Page.Locator(".shared-figure > img")).ToBeVisibleAsync();
        await Expect(stranger.Page.Locator(".shared-prompt")).ToHaveTextAsync("a green ring");

        // Rejects a file that is no picture.
        await stranger.Page.Locator(".shared-figure > img").EvaluateAsync("image => image.decode()");
        Assert.True(await stranger.Page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"), "The page scrolls sideways.");

        await tab.VisitAsync(studio.Address, "/account/links");
        await tab.Page.GetByRole(AriaRole.Button, new() { NameRegex = RevokeName() }).First.ClickAsync();
        await Expect(tab.Page.Locator("#confirm h2")).ToHaveTextAsync("Revoke the link to “a green ring”?");
        await tab.Page.Locator("#confirm [data-confirm-no]").ClickAsync();
        await tab.Page.GetByRole(AriaRole.Button, new() { NameRegex = RevokeName() }).First.ClickAsync();
        await tab.Page.Locator("#confirm [data-confirm-yes]").ClickAsync();
        await Expect(tab.Page.GetByRole(AriaRole.Button, new() { NameRegex = RevokeName() })).ToHaveCountAsync(0);
        var gone = await stranger.Page.GotoAsync(address);
        Assert.Equal(404, gone!.Status);
        Assert.Empty(tab.Complaints);
    }

    [Fact]
    public async Task SeveralPictures_GoOntoABoard_AndIntoTheTrashAndBack()
    {
        await using var tab = await browser.OpenAsync();
        await tab.MakeAsync(studio.Address, "two blue cones");
        await tab.GoAsync(studio.Address, "/gallery?q=blue+cones");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Select" }).ClickAsync();
        await tab.Page.Locator(".thumb-pick").Nth(0).ClickAsync();
        await tab.Page.Locator(".thumb-pick").Nth(1).ClickAsync();
        await Expect(tab.Page.Locator(".selection strong")).ToHaveTextAsync("2 selected");
        await tab.Page.Locator(".selection summary").ClickAsync();
        await tab.Page.GetByLabel("New board").FillAsync("Cones");
        await tab.Page.GetByLabel("New board").PressAsync("Enter");
        await Expect(tab.Page.Locator(".selection .board-choice", new() { HasText = "Cones" })).ToHaveAttributeAsync("aria-pressed", "true");
        await tab.Page.Locator(".selection summary").ClickAsync();
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Download" }).ClickAsync();
        var download = await tab.Page.RunAndWaitForDownloadAsync(() => tab.Page.GetByRole(AriaRole.Link, new() { Name = "Save zip (2)" }).ClickAsync());
        Assert.EndsWith(".zip", download.SuggestedFilename, StringComparison.Ordinal);

        var before = await tab.Page.Locator(".thumb-pick").CountAsync();
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Delete" }).ClickAsync();
        await Expect(tab.Page.Locator(".thumb-pick")).ToHaveCountAsync(before - 2);
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Undo" }).ClickAsync();
        await Expect(tab.Page.Locator(".thumb-pick")).ToHaveCountAsync(before);

        await tab.GoAsync(studio.Address, "/boards");
        await tab.Page.GetByRole(AriaRole.Link, new() { NameRegex = ConesName() }).ClickAsync();
        await Expect(tab.Page.Locator(".thumb")).ToHaveCountAsync(2);

        await tab.Page.Locator(".board-settings > summary").ClickAsync();
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Delete board" }).ClickAsync();
        await Expect(tab.Page.Locator("#confirm h2")).ToHaveTextAsync("Delete the board “Cones”?");
        await tab.Page.Keyboard.PressAsync("Escape");
        await Expect(tab.Page.Locator(".thumb")).ToHaveCountAsync(2);
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Delete board" }).ClickAsync();
        await tab.Page.Locator("#confirm [data-confirm-yes]").ClickAsync();
        await Expect(tab.Page.GetByRole(AriaRole.Link, new() { NameRegex = ConesName() })).ToHaveCountAsync(0);
        Assert.Empty(tab.Complaints);
    }

    [Fact]
    public async Task Selection_OfOthersPictures_OffersNoDeletion()
    {
        await using var tab = await browser.OpenAsync();
        await tab.MakeAsync(studio.Address, "a brass bell");
        var other = await studio.PersonAsync("colleague@example.com", PersonRoles.Member);
        await studio.AddPictureAsync("their brass bell", ("PersonId", other.Id));
        await tab.GoAsync(studio.Address, "/gallery?q=brass+bell");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Select" }).ClickAsync();
        await tab.Page.Locator(".thumb-pick", new() { Has = tab.Page.GetByAltText("their brass bell") }).ClickAsync();
        await Expect(tab.Page.Locator(".selection strong")).ToHaveTextAsync("1 selected");
        await Expect(tab.Page.GetByRole(AriaRole.Button, new() { Name = "Delete" })).ToHaveCountAsync(0);

        await tab.Page.Locator(".thumb-pick", new() { Has = tab.Page.GetByAltText("a brass bell", new() { Exact = true }) }).First.ClickAsync();
        await Expect(tab.Page.GetByRole(AriaRole.Button, new() { Name = "Delete your 1" })).ToBeVisibleAsync();
        Assert.Empty(tab.Complaints);
    }

    [Fact]
    public async Task Comment_OnASharedPicture_IsThereForOthersAndCanBeDeleted()
    {
        await using var tab = await browser.OpenAsync();
        await tab.MakeAsync(studio.Address, "a white star");
        await tab.GoAsync(studio.Address, "/gallery");
        await tab.Page.Locator(".thumb").First.ClickAsync();
        await tab.Page.GetByLabel("Write a comment").FillAsync("Very white. Favourite!");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Comment", Exact = true }).ClickAsync();
        await Expect(tab.Page.Locator(".comment-text")).ToHaveTextAsync("Very white. Favourite!");

        // Letters typed in the field must not trigger the viewer's shortcuts.
        await Expect(tab.Page.Locator(".viewer").GetByRole(AriaRole.Button, new() { Name = "Favourite" })).ToHaveAttributeAsync("aria-pressed", "false");
        await tab.Page.Locator(".comment-acts button").ClickAsync();
        await Expect(tab.Page.Locator("#confirm h2")).ToHaveTextAsync("Delete the comment “Very white. Favourite!”?");
        await tab.Page.Locator("#confirm [data-confirm-yes]").ClickAsync();
        await Expect(tab.Page.Locator(".comment-text")).ToHaveCountAsync(0);
        Assert.Empty(tab.Complaints);
    }

    [Fact]
    public async Task Prompt_ThatARuleRefuses_SaysWhyAndCostsNothing()
    {
        await using var tab = await browser.OpenAsync();
        await tab.VisitAsync(studio.Address, "/admin/safety");
        var rule = tab.Page.Locator("form:has([name=Kind])");
        await rule.GetByLabel("Words, phrase or pattern").FillAsync("broccoli");
        await rule.GetByLabel("Reason").FillAsync("Not before dinner.");
        await rule.GetByRole(AriaRole.Button).ClickAsync();
        await Expect(tab.Page.GetByText("blocked 0 times")).ToBeVisibleAsync();

        await tab.GoAsync(studio.Address);
        var credits = await tab.Page.Locator("[data-credits]").InnerTextAsync();
        await tab.Page.FillAsync("#prompt", "a b r ó c c o l i");
        await tab.Page.PressAsync("#prompt", "Enter");

        await Expect(tab.Page.Locator("#composer-refusal")).ToContainTextAsync("Not before dinner. Nothing was charged");
        Assert.Equal(credits, await tab.Page.Locator("[data-credits]").InnerTextAsync());
        Assert.Empty(tab.Complaints);
    }

    [Fact]
    public async Task Hints_OnceEnded_AreGoneForEver()
    {
        var newcomer = await studio.PersonAsync("newcomer@example.com", PersonRoles.Member);
        for (var device = 0; device < 2; device++)
        {
            await using var tab = await browser.OpenAsync(width: 360, height: 740);
            var (name, value) = (newcomer.Cookie.Split('=', 2)[0], newcomer.Cookie.Split('=', 2)[1]);
            await tab.Page.Context.AddCookiesAsync([new Cookie { Name = name, Value = value, Url = studio.Address.ToString() }]);
            await tab.GoAsync(studio.Address);
            if (device == 0)
            {
                await Expect(tab.Page.Locator(".tour")).ToContainTextAsync("Tip 1 of 4");
                await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Next" }).ClickAsync();
                await Expect(tab.Page.Locator(".tour")).ToContainTextAsync("Tip 2 of 4");
                await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Skip tips" }).ClickAsync();
            }

            await Expect(tab.Page.Locator(".tour")).ToHaveCountAsync(0);
            Assert.True(await tab.Page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"), "The page scrolls sideways.");
            Assert.Empty(tab.Complaints);
        }
    }

    [Fact]
    public async Task QueueChip_CountsOnEveryPage_AndTheTabSaysWhenItIsDone()
    {
        await using var tab = await browser.OpenAsync();
        await tab.GoAsync(studio.Address);
        studio.Engine.Gate.Reset();
        try
        {
            await tab.Page.FillAsync("#prompt", "a brown cross");
            await tab.Page.PressAsync("#prompt", "Enter");
            await Expect(tab.Page.Locator(".queue-chip-busy")).ToContainTextAsync("0 of 4 done");

            // Chip and composer show one figure.
            var chip = new Regex("\\d+").Match(await tab.Page.Locator(".queue-chip").Last.InnerTextAsync()).Value;
            await Expect(tab.Page.Locator("[data-credits]")).ToContainTextAsync($"{chip} left");
            await tab.GoAsync(studio.Address, "/gallery");
            await Expect(tab.Page.Locator(".queue-chip-busy")).ToContainTextAsync("0 of 4 done");
            await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Sound when pictures are done" }).ClickAsync();
            await tab.Page.EvaluateAsync("Object.defineProperty(document, 'hidden', { value: true, configurable: true })");
        }
        finally
        {
            studio.Engine.Gate.Set();
        }

        await Expect(tab.Page).ToHaveTitleAsync(DoneTitle());
        await Expect(tab.Page.Locator(".queue-chip-busy")).ToHaveCountAsync(0);
        Assert.Empty(tab.Complaints);
    }

    [GeneratedRegex("^Revoke")]
    private static partial Regex RevokeName();

    [GeneratedRegex("^Cones")]
    private static partial Regex ConesName();

    [GeneratedRegex("^✓ Done · ")]
    private static partial Regex DoneTitle();
}
