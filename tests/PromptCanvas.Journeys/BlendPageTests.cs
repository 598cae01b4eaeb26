using System.Text.RegularExpressions;

using Microsoft.Playwright;

using PromptCanvas.Web.Tests.Fakes;

using static Microsoft.Playwright.Assertions;

namespace PromptCanvas.Journeys;

/// <summary>The blend pad by mouse, by keyboard and on a phone.</summary>
public sealed class BlendPageTests(Browser browser, ScriptedStudio studio) : IClassFixture<Browser>, IClassFixture<ScriptedStudio>
{
    [Fact]
    public async Task Pad_PictureAndPhrases_IsDraggedSaidInWordsAndMade()
    {
        await using var tab = await browser.OpenAsync();
        await tab.MakeAsync(studio.Address, "a red cube");
        await tab.GoAsync(studio.Address, "/blend");
        await AddPhraseAsync(tab, "a green heart");
        await AddAsync(tab);
        await tab.Page.Locator(".picker-grid button").First.ClickAsync();
        await AddPhraseAsync(tab, "a white ring");
        await tab.Page.WaitForSelectorAsync(".pad[data-count='3']");
        await tab.Page.WaitForSelectorAsync("[data-drawn=rest]");

        // To the lower left corner, which holds the picture.
        var box = await tab.Page.Locator(".pad").BoundingBoxAsync() ?? throw new InvalidOperationException("There is no pad.");
        await tab.Page.Mouse.MoveAsync(box.X + (box.Width / 2), box.Y + (box.Height * 0.6f));
        await tab.Page.Mouse.DownAsync();
        await tab.Page.Mouse.MoveAsync(box.X + (box.Width * 0.05f), box.Y + (box.Height * 0.98f), new() { Steps = 8 });
        await tab.Page.Mouse.UpAsync();
        await Expect(tab.Page.Locator(".blend-words")).ToHaveTextAsync("Only a red cube");
        await Expect(tab.Page.Locator(".pad-handle")).ToHaveAttributeAsync("aria-valuetext", "a green heart 0%, a red cube 100%, a white ring 0%");

        // Previews are free; making a picture costs a credit.
        var note = await tab.Page.Locator("[data-credits]").InnerTextAsync();
        Assert.StartsWith("1 credit", note, StringComparison.Ordinal);
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Generate" }).ClickAsync();
        await tab.Page.WaitForSelectorAsync(".run[data-state=done]");
        await Expect(tab.Page.Locator("[data-credits]")).Not.ToHaveTextAsync(note);
        await Expect(tab.Page).ToHaveURLAsync(new Regex("job="));
        Assert.Empty(tab.Complaints);
    }

    [Fact]
    public async Task Pad_ByKeyboardAlone_MovesJumpsAndSurvivesAReload()
    {
        await using var tab = await browser.OpenAsync();
        await tab.GoAsync(studio.Address);
        await tab.GoAsync(studio.Address, "/blend?c=t.a%20cube&c=t.a%20cone");
        await tab.Page.WaitForSelectorAsync("[data-drawn=rest]");
        await tab.Page.Locator(".pad-handle").FocusAsync();
        await tab.Page.Keyboard.PressAsync("2");
        await Expect(tab.Page.Locator(".blend-words")).ToHaveTextAsync("Only a cone");
        await tab.Page.Keyboard.PressAsync("Shift+ArrowLeft");
        await Expect(tab.Page.Locator(".blend-words")).ToHaveTextAsync("Mostly a cone, a trace of a cube");
        await Expect(tab.Page).ToHaveURLAsync(new Regex("at=0.77"));

        await tab.Page.ReloadAsync();
        await tab.Page.WaitForSelectorAsync("[data-drawn=rest]");
        await Expect(tab.Page.Locator(".blend-words")).ToHaveTextAsync("Mostly a cone, a trace of a cube");
        await tab.Page.Locator(".pad-handle").FocusAsync();
        await tab.Page.Keyboard.PressAsync("Home");
        await Expect(tab.Page.Locator(".blend-words")).ToHaveTextAsync("Equal parts: a cube, a cone");
        Assert.Empty(tab.Complaints);
    }

    [Fact]
    public async Task Corner_FromAFile_IsTaken_AndAnAnimationIsSaidToBeItsFirstFrame()
    {
        await using var tab = await browser.OpenAsync();
        await tab.GoAsync(studio.Address, "/blend");
        await AddAsync(tab);
        await tab.Page.Locator(".picker input[type=file]").SetInputFilesAsync(new FilePayload { Name = "moving.webp", MimeType = "image/webp", Buffer = TestPictures.Animation(64) });

        await Expect(tab.Page).ToHaveURLAsync(new Regex("[?&]c=u\\."));
        await Expect(tab.Page.GetByText("This file is an animation; its first frame is used.")).ToBeVisibleAsync();
        Assert.Empty(tab.Complaints);
    }

    [Fact]
    public async Task Phone_WithoutAnything_ShowsHowAndFits()
    {
        await using var tab = await browser.OpenAsync(width: 360, height: 740, scheme: ColorScheme.Light);
        await tab.GoAsync(studio.Address, "/blend");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Try an example" }).ClickAsync();
        await tab.Page.WaitForSelectorAsync("[data-drawn=rest]");

        await Expect(tab.Page.Locator(".pad-corner")).ToHaveCountAsync(2);
        Assert.True(await tab.Page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"), "The page scrolls sideways.");
        Assert.Empty(tab.Complaints);
    }

    private static Task AddAsync(Tab tab) => tab.Page.GetByRole(AriaRole.Button, new() { Name = "Add a picture or phrase" }).ClickAsync();

    private static async Task AddPhraseAsync(Tab tab, string phrase)
    {
        await AddAsync(tab);
        await tab.Page.GetByLabel("Phrase").FillAsync(phrase);
        await tab.Page.Keyboard.PressAsync("Enter");
        await Expect(tab.Page.Locator(".corner-name", new() { HasText = phrase })).ToBeVisibleAsync();
    }
}
