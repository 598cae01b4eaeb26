using System.Text.RegularExpressions;

using Microsoft.Playwright;

using PromptCanvas.Imaging.Pixels;
using PromptCanvas.Imaging.Png;

using static Microsoft.Playwright.Assertions;

namespace PromptCanvas.Journeys;

/// <summary>The Edit page by mouse, by keyboard and on a phone.</summary>
public sealed partial class EditPageTests(Browser browser, ScriptedStudio studio) : IClassFixture<Browser>, IClassFixture<ScriptedStudio>
{
    private const string BarIsBelowTheCanvas =
        "document.querySelector('.editor-candidates').getBoundingClientRect().top >= document.querySelector('.editor-stage > canvas').getBoundingClientRect().bottom";

    [Fact]
    public async Task Replace_UnderAPaintedMask_ChangesNothingOutsideIt()
    {
        await using var tab = await browser.OpenAsync();
        var source = await OpenAsync(tab);
        await PaintAsync(tab, (0.4, 0.4), (0.6, 0.6));
        await tab.Page.ReloadAsync();
        await ReadyAsync(tab);
        await Expect(tab.Page.GetByRole(AriaRole.Button, new() { Name = "Undo" })).ToBeEnabledAsync();

        await tab.Page.FillAsync(".editor-prompt", "a green heart");
        await PressAsync(tab, "Replace");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Use this one" }).ClickAsync();
        await Expect(tab.Page).Not.ToHaveURLAsync(new Regex(source));

        var (before, after) = (await PictureAsync(tab, source), await PictureAsync(tab, IdIn().Match(tab.Page.Url).Value));
        var changed = Changed(before, after);
        Assert.Equal((before.Width, before.Height), (after.Width, after.Height));
        Assert.NotEmpty(changed);

        // The stroke goes from 0.4 to 0.6 of the canvas and is 64 pixels wide; the outer fifth of the picture is not touched.
        var margin = before.Width / 5;
        Assert.All(changed, at => Assert.True(
            at.X >= margin && at.Y >= margin && at.X < before.Width - margin && at.Y < before.Height - margin, $"Pixel {at} is outside the mask."));
        Assert.Empty(tab.Complaints);
    }

    [Fact]
    public async Task Replace_WithASoftEdge_KeepsAllOrDiscardsAllWithAWayBack()
    {
        await using var tab = await browser.OpenAsync();
        var source = await OpenAsync(tab);
        await PaintAsync(tab, (0.4, 0.4), (0.6, 0.6));
        await tab.Page.FillAsync(".editor-prompt", "a green heart");
        await tab.Page.GetByLabel("Soft edge").FillAsync("16");
        await PressAsync(tab, "Replace");
        await Expect(tab.Page.Locator(".editor-candidates")).ToBeVisibleAsync();
        Assert.True(await tab.Page.EvaluateAsync<bool>(BarIsBelowTheCanvas), "The bar of the results covers the picture.");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Keep all" }).ClickAsync();
        await Expect(tab.Page.Locator(".editor-note")).ToHaveTextAsync("All 4 are in your gallery.");
        await Expect(tab.Page).ToHaveURLAsync(new Regex(source));

        await PressAsync(tab, "Replace");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Discard" }).ClickAsync();
        await Expect(tab.Page.Locator(".editor-note")).ToContainTextAsync("4 moved to trash");
        await tab.Page.Locator(".editor-note").GetByRole(AriaRole.Button, new() { Name = "Undo" }).ClickAsync();
        await Expect(tab.Page.GetByRole(AriaRole.Button, new() { Name = "Use this one" })).ToBeVisibleAsync();
        Assert.Empty(tab.Complaints);
    }

    [Fact]
    public async Task Replace_WithAStyle_PaintsInIt_AndEraseOffersNone()
    {
        await studio.AddStyleAsync("Ink");
        await using var tab = await browser.OpenAsync();
        await OpenAsync(tab);
        var field = tab.Page.Locator(".editor-panel .style-field");
        await tab.Page.GetByRole(AriaRole.Radio, new() { Name = "Erase" }).CheckAsync(new() { Force = true });
        await Expect(field).ToHaveCountAsync(0);
        await tab.Page.GetByRole(AriaRole.Radio, new() { Name = "Replace" }).CheckAsync(new() { Force = true });
        await PaintAsync(tab, (0.4, 0.4), (0.6, 0.6));
        await tab.Page.FillAsync(".editor-prompt", "a green heart");
        await field.Locator("summary").ClickAsync();
        await field.Locator("select").SelectOptionAsync(new SelectOptionValue { Label = "Ink" });
        await field.Locator("input").FillAsync("-35");
        await Expect(field.Locator(".field-value")).ToHaveTextAsync("-35%");
        await tab.SaveAsync("edit-style");
        await PressAsync(tab, "Replace");
        await Expect(tab.Page.Locator(".editor-candidates")).ToBeVisibleAsync();

        var used = studio.Engine.Latest!;
        Assert.Equal(("Ink", -0.35), (used.Overrides.Style!.Name, used.Overrides.Style.Weight));
        Assert.NotNull(used.Known);
        Assert.Empty(tab.Complaints);
    }

    [Fact]
    public async Task Extend_ByNumbers_MakesALargerPicture()
    {
        await using var tab = await browser.OpenAsync();
        var source = await OpenAsync(tab);
        await tab.Page.GetByRole(AriaRole.Radio, new() { Name = "Extend" }).CheckAsync(new() { Force = true });
        await tab.Page.GetByLabel("Right", new() { Exact = true }).FillAsync("64");
        await tab.Page.Keyboard.PressAsync("Tab");
        await PressAsync(tab, "Extend");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Use this one" }).ClickAsync();
        await Expect(tab.Page).Not.ToHaveURLAsync(new Regex(source));

        var (before, after) = (await PictureAsync(tab, source), await PictureAsync(tab, IdIn().Match(tab.Page.Url).Value));
        Assert.Equal((before.Width + 64, before.Height), (after.Width, after.Height));
        Assert.Empty(tab.Complaints);
    }

    [Fact]
    public async Task Extend_ToARatio_SetsTheFrame_AndTheCanvasShowsIt()
    {
        await using var tab = await browser.OpenAsync();
        await OpenAsync(tab);
        await tab.Page.GetByRole(AriaRole.Radio, new() { Name = "Extend" }).CheckAsync(new() { Force = true });
        var wide = tab.Page.Locator(".editor-ratios button", new() { HasText = "16:9" });
        await wide.ClickAsync();

        await Expect(wide).ToHaveAttributeAsync("aria-pressed", "true");
        await Expect(tab.Page.Locator(".editor-sides input").First).Not.ToHaveValueAsync("0");
        await tab.Page.WaitForFunctionAsync("""
            () => {
              const canvas = document.querySelector('.editor-stage canvas');
              return canvas.getContext('2d').getImageData(canvas.width / 2, canvas.height / 2, 1, 1).data[3] === 255;
            }
            """);
        Assert.Empty(tab.Complaints);
    }

    [Fact]
    public async Task Replace_WithoutAMask_SaysWhatIsMissingAndAsksForNothing()
    {
        await using var tab = await browser.OpenAsync();
        await OpenAsync(tab);
        await tab.Page.FillAsync(".editor-prompt", "a green heart");
        await PressAsync(tab, "Replace");

        await Expect(tab.Page.Locator(".editor-panel [role=alert]")).ToContainTextAsync("paint over");
        await Expect(tab.Page.Locator(".run")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Mask_ByKeyboardAlone_IsPaintedUndoneAndInverted()
    {
        await using var tab = await browser.OpenAsync();
        await OpenAsync(tab);
        var undo = tab.Page.GetByRole(AriaRole.Button, new() { Name = "Undo" });
        var clear = tab.Page.GetByRole(AriaRole.Button, new() { Name = "Clear the mask" });
        await tab.Page.Locator(".editor-stage > canvas").FocusAsync();
        await tab.Page.Keyboard.PressAsync("Shift+ArrowRight");
        await tab.Page.Keyboard.PressAsync("Enter");
        await Expect(clear).ToBeEnabledAsync();

        await tab.Page.Keyboard.PressAsync("Control+z");
        await Expect(clear).ToBeDisabledAsync();
        await Expect(undo).ToBeDisabledAsync();
        await tab.Page.Keyboard.PressAsync("i");
        await Expect(clear).ToBeEnabledAsync();

        await tab.Page.Keyboard.PressAsync("e");
        await Expect(tab.Page.GetByRole(AriaRole.Button, new() { Name = "Eraser" })).ToHaveAttributeAsync("aria-pressed", "true");
        Assert.Empty(tab.Complaints);
    }

    [Fact]
    public async Task Erase_OfAnOblongPicture_FormsInPlace_AndGoesOnAfterAReload()
    {
        await using var tab = await browser.OpenAsync(scheme: ColorScheme.Light);
        await tab.GoAsync(studio.Address, "/edit");
        await tab.Page.Locator("input[type=file]").SetInputFilesAsync(new FilePayload
        {
            Name = "oblong.png",
            MimeType = "image/png",
            Buffer = PngEncoder.Encode(new RgbImage(240, 120, Enumerable.Repeat((byte)90, 240 * 120 * RgbImage.Channels).ToArray())),
        });
        await ReadyAsync(tab);
        await tab.Page.GetByRole(AriaRole.Radio, new() { Name = "Erase" }).CheckAsync(new() { Force = true });
        await PaintAsync(tab, (0.45, 0.5), (0.55, 0.5));
        studio.Engine.Gate.Reset();
        try
        {
            await PressAsync(tab, "Erase");
            for (var visit = 0; visit < 2; visit++)
            {
                await tab.Page.WaitForSelectorAsync(".editor-stage[data-forming]");
                await tab.Page.WaitForSelectorAsync(".tile[data-frame]");
                await tab.SaveAsync($"edit-forming-{visit}");
                var aspect = await tab.Page.EvaluateAsync<double>("(({ width, height }) => width / height)(document.querySelector('.tile[data-frame] canvas'))");
                Assert.InRange(aspect, 1.9, 2.1);
                var status = await tab.Page.Locator(".editor-run .run-line").BoundingBoxAsync();
                Assert.InRange(status!.Y + status.Height, 1, 900);
                await (visit == 0 ? tab.Page.ReloadAsync() : Task.CompletedTask);
            }
        }
        finally
        {
            studio.Engine.Gate.Set();
        }

        await Expect(tab.Page.GetByRole(AriaRole.Button, new() { Name = "Use this one" })).ToBeVisibleAsync();
        await Expect(tab.Page.Locator(".editor-stage[data-forming]")).ToHaveCountAsync(0);
        await Expect(tab.Page.Locator(".tile[data-frame] canvas").First).ToHaveCSSAsync("opacity", "0");
        await tab.SaveAsync("edit-done");
        Assert.Empty(tab.Complaints);
    }

    [Fact]
    public async Task Phone_WithAPictureBroughtAlong_FitsAndErases()
    {
        await using var tab = await browser.OpenAsync(width: 360, height: 740);
        await tab.GoAsync(studio.Address, "/edit");
        await tab.Page.Locator("input[type=file]").SetInputFilesAsync(new FilePayload
        {
            Name = "brought along.png",
            MimeType = "image/png",
            Buffer = PngEncoder.Encode(new RgbImage(96, 64, new byte[96 * 64 * RgbImage.Channels])),
        });
        await ReadyAsync(tab);
        Assert.True(await tab.Page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"), "The page scrolls sideways.");

        await tab.Page.GetByRole(AriaRole.Radio, new() { Name = "Erase" }).CheckAsync(new() { Force = true });
        await PaintAsync(tab, (0.48, 0.5), (0.52, 0.5));
        await PressAsync(tab, "Erase");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Use this one" }).ClickAsync();
        await Expect(tab.Page).ToHaveURLAsync(new Regex("image="));

        var made = await PictureAsync(tab, IdIn().Match(tab.Page.Url).Value);
        Assert.Equal((96, 64), (made.Width, made.Height));
        Assert.Empty(tab.Complaints);
    }

    [Fact]
    public async Task Choice_InTheMomentThePageComesToLife_OpensThePicture()
    {
        await using var tab = await browser.OpenAsync();
        await tab.MakeAsync(studio.Address, "a red cube");
        await tab.Page.AddInitScriptAsync("""
            new MutationObserver((_, observer) => {
              const link = document.querySelector('.studio[data-live] .gallery-grid a');
              if (link) {
                observer.disconnect();
                link.click();
              }
            }).observe(document, { subtree: true, childList: true, attributes: true });
            """);
        for (var visit = 0; visit < 5; visit++)
        {
            await tab.GoAsync(studio.Address, "/edit");
            await ReadyAsync(tab);
        }

        Assert.Empty(tab.Complaints);
    }

    private static async Task ReadyAsync(Tab tab) => await tab.Page.WaitForSelectorAsync(".editor[data-ready]");

    private static async Task PressAsync(Tab tab, string name) =>
        await tab.Page.Locator(".editor-make").GetByRole(AriaRole.Button, new() { Name = name, Exact = true }).ClickAsync();

    private static async Task PaintAsync(Tab tab, (double X, double Y) from, (double X, double Y) to)
    {
        var box = await tab.Page.Locator(".editor-stage > canvas").BoundingBoxAsync() ?? throw new InvalidOperationException("The canvas is not on the page.");
        await tab.Page.Mouse.MoveAsync((float)(box.X + (box.Width * from.X)), (float)(box.Y + (box.Height * from.Y)));
        await tab.Page.Mouse.DownAsync();
        await tab.Page.Mouse.MoveAsync((float)(box.X + (box.Width * to.X)), (float)(box.Y + (box.Height * to.Y)), new() { Steps = 5 });
        await tab.Page.Mouse.UpAsync();
        await Expect(tab.Page.GetByRole(AriaRole.Button, new() { Name = "Clear the mask" })).ToBeEnabledAsync();

        // The mask is stored for a reload shortly after the last stroke.
        await tab.Page.WaitForSelectorAsync(".editor-stage[data-kept=mask]");
    }

    private static async Task<RgbImage> PictureAsync(Tab tab, string id)
    {
        var answer = await tab.Page.APIRequest.GetAsync(new Uri(new Uri(tab.Page.Url), $"/api/images/{id}/content").ToString());
        return PictureDecoder.Decode(await answer.BodyAsync());
    }

    private static List<(int X, int Y)> Changed(RgbImage before, RgbImage after) =>
        [.. Enumerable.Range(0, before.Width * before.Height)
            .Where(at => !before.Bytes.Span.Slice(at * RgbImage.Channels, RgbImage.Channels).SequenceEqual(after.Bytes.Span.Slice(at * RgbImage.Channels, RgbImage.Channels)))
            .Select(at => (at % before.Width, at / before.Width))];

    [GeneratedRegex("(?<=image=)[0-9a-f-]{36}")]
    private static partial Regex IdIn();

    // Makes a picture, opens it and returns its id.
    private async Task<string> OpenAsync(Tab tab)
    {
        await tab.GoAsync(studio.Address);
        await tab.Page.FillAsync("#prompt", "a red cube");
        await tab.Page.PressAsync("#prompt", "Enter");
        await tab.Page.WaitForSelectorAsync(".run[data-state=done]");
        await tab.GoAsync(studio.Address, "/edit");
        await tab.Page.Locator(".gallery-grid a").First.ClickAsync();
        await ReadyAsync(tab);
        return IdIn().Match(tab.Page.Url).Value;
    }
}
