using System.Text.RegularExpressions;

using Microsoft.Playwright;

using PromptCanvas.Diffusion.Engine;

using static Microsoft.Playwright.Assertions;

namespace PromptCanvas.Journeys;

/// <summary>A style from a board: made, dragged, used, restored, deleted.</summary>
public sealed class StylePageTests : IClassFixture<Browser>, IClassFixture<ScriptedStudio>
{
    // A colour that no idea of the studio has.
    private const string Own = "a grey cone";

    private readonly Browser browser;
    private readonly ScriptedStudio studio;

    public StylePageTests(Browser browser, ScriptedStudio studio)
    {
        this.browser = browser;
        this.studio = studio;
        studio.Engine.Clip = input => input is ImageInput ? [0.6f, 0.8f, 0, 0] : [1, 0, 0, 0];
    }

    [Fact]
    public async Task Style_FromABoard_IsPreviewedAsOneDrags_UsedRestoredAndDeleted()
    {
        await using var tab = await browser.OpenAsync();
        await tab.MakeAsync(studio.Address, "a sketch of a cube");
        var (board, _) = await studio.ShareBoardAsync("Sketches");
        await studio.PutOnBoardAsync(board);

        await tab.GoAsync(studio.Address, $"/boards/{board}");
        await tab.Page.Locator(".style-maker summary").ClickAsync();
        await Expect(tab.Page.GetByLabel("Name of the style")).ToHaveValueAsync("Sketches");
        await tab.Page.Locator(".style-maker").GetByRole(AriaRole.Button, new() { Name = "Make a style" }).ClickAsync();

        // The scripted engine draws the same with it as without it.
        await Expect(tab.Page.Locator(".style-maker [role=status]")).ToContainTextAsync("hardly shows");
        await tab.Page.Locator(".style-maker").GetByRole(AriaRole.Link, new() { Name = "Use in Create" }).ClickAsync();

        await tab.Page.FillAsync("#prompt", Own);
        await Expect(tab.Page.Locator("[data-style]")).ToHaveValueAsync(new Regex("."));
        await tab.Page.WaitForSelectorAsync(".composer-style[data-drawn=rest]");

        // A prompt that the page sets, not the keyboard, is previewed too.
        await tab.Page.RunAndWaitForRequestAsync(
            () => tab.Page.GetByRole(AriaRole.Button, new() { Name = "Surprise me" }).ClickAsync(),
            request => request.Url.EndsWith("/sketches", StringComparison.Ordinal) && request.PostData?.Contains(Own, StringComparison.Ordinal) is false);
        await tab.Page.FillAsync("#prompt", Own);
        var slider = tab.Page.Locator("#style-weight");
        await slider.FillAsync("-60");
        await Expect(tab.Page.Locator(".style-weight output")).ToHaveTextAsync("-60%");
        await tab.Page.PressAsync("#prompt", "Enter");
        await tab.Page.WaitForSelectorAsync(".run[data-state=done]");
        Assert.Equal(-0.6, studio.Engine.Latest!.Overrides.Style!.Weight);

        await tab.Tiles.First.Locator("a.tile-link").ClickAsync();
        await tab.Page.GetByText("Use prompt and seed").ClickAsync();
        await Expect(tab.Page).ToHaveURLAsync(new Regex("styleWeight=-0.6"));
        await Expect(tab.Page.Locator(".style-weight output")).ToHaveTextAsync("-60%");

        // The viewer adds it to variations.
        await tab.GoAsync(studio.Address, "/gallery");
        await tab.Page.Locator(".wall[data-measured] .wall-row a.thumb").First.ClickAsync();
        await tab.Page.Locator(".verbs .style-field summary").ClickAsync();
        await tab.Page.Locator(".verbs [data-style]").SelectOptionAsync(new SelectOptionValue { Label = "Sketches" });
        await tab.Page.Locator(".verbs .style-field input").FillAsync("35");
        await tab.Page.Locator(".verbs").GetByText("Subtle").First.ClickAsync();
        await tab.Page.WaitForSelectorAsync(".run[data-state=done]");
        Assert.Equal(0.35, studio.Engine.Latest!.Overrides.Style!.Weight);
        Assert.IsType<VariationOrigin>(studio.Engine.Latest.Origin);

        // A blend takes it on.
        await tab.GoAsync(studio.Address, "/blend?c=t.a%20cube&c=t.a%20cone");
        await tab.Page.WaitForSelectorAsync("[data-drawn=rest]");
        await tab.Page.Locator(".blend-make .style-field summary").ClickAsync();
        await tab.Page.Locator(".blend-make [data-style]").SelectOptionAsync(new SelectOptionValue { Label = "Sketches" });
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Generate" }).ClickAsync();
        await tab.Page.WaitForSelectorAsync(".run[data-state=done]");
        Assert.Equal(0.5, studio.Engine.Latest.Overrides.Style!.Weight);
        Assert.IsType<BlendOrigin>(studio.Engine.Latest.Origin);

        await tab.GoAsync(studio.Address, "/styles");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Delete the style Sketches" }).ClickAsync();
        await tab.Page.Locator("#confirm [data-confirm-yes]").ClickAsync();
        await Expect(tab.Page.GetByText("No styles yet")).ToBeVisibleAsync();
        Assert.Empty(tab.Complaints);
    }
}
