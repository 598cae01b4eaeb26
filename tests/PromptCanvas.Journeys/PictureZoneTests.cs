using System.Text.RegularExpressions;

using Deque.AxeCore.Playwright;

using Microsoft.Playwright;

using PromptCanvas.Imaging.Pixels;
using PromptCanvas.Imaging.Png;

using static Microsoft.Playwright.Assertions;

namespace PromptCanvas.Journeys;

/// <summary>Uploads: dropped on a zone, dropped outside the zones, pasted, and chosen by keyboard.</summary>
public sealed class PictureZoneTests(Browser browser, ScriptedStudio studio) : IClassFixture<Browser>, IClassFixture<ScriptedStudio>
{
    private const int Side = 64;

    // Bytes: base64; on: a selector, or null for the page itself.
    private const string DragOver = """
        ([name, type, bytes]) => {
          const files = new DataTransfer();
          files.items.add(new File([Uint8Array.from(atob(bytes), letter => letter.charCodeAt(0))], name, { type }));
          window.dragged = files;
          document.body.dispatchEvent(new DragEvent('dragover', { dataTransfer: files, bubbles: true, cancelable: true }));
        }
        """;

    private const string Drop = """
        on => document.querySelector(on).dispatchEvent(new DragEvent('drop', { dataTransfer: window.dragged, bubbles: true, cancelable: true }))
        """;

    private const string Paste = """
        ([name, type, bytes]) => {
          const files = new DataTransfer();
          files.items.add(new File([Uint8Array.from(atob(bytes), letter => letter.charCodeAt(0))], name, { type }));
          document.activeElement.dispatchEvent(new ClipboardEvent('paste', { clipboardData: files, bubbles: true, cancelable: true }));
        }
        """;

    private static readonly PictureText Made = new("a pink café 🌸", 4294967295, "starter", """{"size":256,"decoderSteps":9,"decoderGuidance":2.5,"negativePrompt":"stars"}""", PictureText.ThisSoftware);

    [Fact]
    public async Task Create_PictureOnEdit_OpensItThere()
    {
        await using var tab = await OpenAsync("/");
        await DropAsync(tab, "[data-zone=edit]", Picture(Made));

        await tab.Page.WaitForSelectorAsync(".editor[data-ready]");
        await Expect(tab.Page).ToHaveURLAsync(new Regex("/edit\\?upload="));
        await Expect(tab.Page.Locator(".editor-prompt")).ToHaveValueAsync("a pink café 🌸");
        Assert.Empty(tab.Complaints);
    }

    [Fact]
    public async Task Create_PictureOnVariations_MakesThem()
    {
        await using var tab = await OpenAsync("/");
        await DropAsync(tab, "[data-zone=vary]", Picture());

        await Expect(tab.Page).ToHaveURLAsync(new Regex("/jobs/"));
        await tab.Page.WaitForSelectorAsync(".run[data-state=done]");
        await Expect(tab.Tiles).ToHaveCountAsync(4);
        await Expect(tab.Page.Locator(".zones")).Not.ToBeVisibleAsync();
        Assert.Empty(tab.Complaints);
    }

    [Fact]
    public async Task Create_PictureOnSettings_RestoresThem_AndSaysWhereThereAreNone()
    {
        await using var tab = await OpenAsync("/");
        await DropAsync(tab, "[data-zone=restore]", Picture(Made));
        await Expect(tab.Page.Locator("#prompt")).ToHaveValueAsync("a pink café 🌸");
        await Expect(tab.Page.GetByLabel("Seed")).ToHaveValueAsync("4294967295");

        // The width of the file; the recipe has the size that was drawn, from which a picture may have been reduced.
        await Expect(tab.Page.GetByLabel("Size")).ToHaveValueAsync("64");
        foreach (var (field, value) in new[] { ("Negative prompt", "stars"), ("Steps", "9"), ("Guidance", "2.5") })
        {
            await Expect(tab.Page.Locator("#composer-more label", new() { HasText = field }).Locator("input")).ToHaveValueAsync(value);
        }

        await Expect(tab.Page.Locator(".composer-dropped")).ToContainTextAsync("Settings restored");

        await DropAsync(tab, "[data-zone=restore]", Picture());
        await Expect(tab.Page.Locator(".zones [role=alert]")).ToContainTextAsync("contains no settings");

        // The other zones are still available.
        await tab.Page.GetByRole(AriaRole.Button, new() { NameRegex = new Regex("^Edit") }).ClickAsync();
        await tab.Page.WaitForSelectorAsync(".editor[data-ready]");
        Assert.Empty(tab.Complaints);
    }

    [Theory]
    [InlineData(1440, ColorScheme.Dark)]
    [InlineData(360, ColorScheme.Light)]
    public async Task Create_PictureOutsideTheZones_IsAskedAbout(int width, ColorScheme scheme)
    {
        await using var tab = await OpenAsync("/", width, scheme);
        await DragAsync(tab, "a picture.png", "image/png", Picture());
        await Expect(tab.Page.Locator(".zones[data-dragging]")).ToBeVisibleAsync();
        await tab.SaveAsync($"zones-dragging-{width}");
        await tab.Page.EvaluateAsync(Drop, "body");

        await Expect(tab.Page.Locator(".zones:modal")).ToBeVisibleAsync();
        await tab.SaveAsync($"zones-asking-{width}");
        Assert.True(await tab.Page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"), "The page scrolls sideways.");
        Assert.Empty((await tab.Page.RunAxe()).Violations.Where(violation => violation.Impact is "serious" or "critical").Select(violation => violation.Help));
        await tab.Page.Keyboard.PressAsync("Escape");
        await Expect(tab.Page.Locator(".zones")).Not.ToBeVisibleAsync();
        Assert.Empty(tab.Complaints);
    }

    [Fact]
    public async Task Create_PastedPicture_IsAskedAbout_AndTakenByKeyboard()
    {
        await using var tab = await OpenAsync("/");
        await tab.Page.FocusAsync("#prompt");
        await tab.Page.EvaluateAsync(Paste, new[] { "image.png", "image/png", Convert.ToBase64String(Picture(Made)) });
        await Expect(tab.Page.Locator(".zones:modal")).ToBeVisibleAsync();
        await tab.Page.GetByRole(AriaRole.Button, new() { NameRegex = new Regex("^Restore settings") }).FocusAsync();
        await tab.Page.Keyboard.PressAsync("Enter");

        await Expect(tab.Page.Locator("#prompt")).ToHaveValueAsync("a pink café 🌸");
        await Expect(tab.Page.Locator(".zones")).Not.ToBeVisibleAsync();
        Assert.Empty(tab.Complaints);
    }

    [Fact]
    public async Task Create_FileThatIsNoPicture_IsSaid()
    {
        await using var tab = await OpenAsync("/");
        await DragAsync(tab, "letter.txt", "text/plain", "Dear Ada"u8.ToArray());
        await tab.Page.EvaluateAsync(Drop, "[data-zone=edit]");

        await Expect(tab.Page.Locator(".zones [role=alert]")).ToContainTextAsync("cannot be read as a picture");
        await Expect(tab.Page).ToHaveURLAsync(new Uri(studio.Address, "/").ToString());
        Assert.Empty(tab.Complaints);
    }

    [Fact]
    public async Task Create_FormatThatTheBrowserDoesNotKnow_IsRefusedByItsName()
    {
        await using var tab = await OpenAsync("/");
        await DragAsync(tab, "photo.heic", "", [0, 0, 0, 0x18, .. "ftypheic"u8, 0, 0, 0, 0, .. "mif1heic"u8]);
        await tab.Page.EvaluateAsync(Drop, "[data-zone=edit]");

        await Expect(tab.Page.Locator(".zones [role=alert]")).ToContainTextAsync("This is a HEIC file. Save it as JPEG or PNG.");
    }

    [Fact]
    public async Task Bench_PictureOnMask_MasksWhatIsBlack_AndAnotherPictureTakesItsPlace()
    {
        await using var tab = await OpenBenchAsync();
        var first = tab.Page.Url;
        var clear = tab.Page.GetByRole(AriaRole.Button, new() { Name = "Clear the mask" });
        await Expect(clear).ToBeDisabledAsync();

        // Half its size and black on the left: the left half is repainted.
        await DropAsync(tab, "[data-zone=mask]", Mask(Side / 2));
        await Expect(clear).ToBeEnabledAsync();
        await Expect(tab.Page.Locator(".editor-note")).ToContainTextAsync("is now the mask");
        await tab.Page.WaitForSelectorAsync(".editor-stage[data-kept=mask]");
        var alphas = await tab.Page.EvaluateAsync<int[]>(
            """
            async () => {
              const kept = Object.entries(localStorage).find(([key]) => key.startsWith('promptcanvas.mask.'))[1];
              const image = new Image();
              image.src = kept;
              await image.decode();
              const canvas = Object.assign(document.createElement('canvas'), { width: image.naturalWidth, height: image.naturalHeight });
              const context = canvas.getContext('2d');
              context.drawImage(image, 0, 0);
              return [image.naturalWidth, ...[8, 24, 40, 56].map(x => context.getImageData(x, 32, 1, 1).data[3])];
            }
            """);
        Assert.Equal([Side, 255, 255, 0, 0], alphas);
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Undo" }).ClickAsync();
        await Expect(clear).ToBeDisabledAsync();

        await DropAsync(tab, "[data-zone=edit]", Picture(Made));
        await Expect(tab.Page).Not.ToHaveURLAsync(first);
        await tab.Page.WaitForSelectorAsync(".editor[data-ready]");
        await Expect(tab.Page.Locator(".editor-prompt")).ToHaveValueAsync("a pink café 🌸");
        Assert.Empty(tab.Complaints);
    }

    [Fact]
    public async Task Bench_ChosenFileThatMasksNothing_IsSaid_AndSoIsADamagedOne()
    {
        await using var tab = await OpenBenchAsync();
        await ChooseAsync(tab, Mask(0));
        await tab.Page.GetByRole(AriaRole.Button, new() { NameRegex = new Regex("^Use as mask") }).ClickAsync();
        await Expect(tab.Page.Locator(".zones [role=alert]")).ToContainTextAsync("This picture has no transparent or black parts");
        await tab.Page.Keyboard.PressAsync("Escape");

        await ChooseAsync(tab, [1, 2, 3]);
        await tab.Page.GetByRole(AriaRole.Button, new() { NameRegex = new Regex("^Use as mask") }).ClickAsync();
        await Expect(tab.Page.Locator(".zones [role=alert]")).ToContainTextAsync("cannot be read as a picture");
        await Expect(tab.Page.GetByRole(AriaRole.Button, new() { Name = "Clear the mask" })).ToBeDisabledAsync();
        Assert.Empty(tab.Complaints);
    }

    private static RgbImage Black => new(Side, Side, new byte[Side * Side * RgbImage.Channels]);

    private static byte[] Picture(PictureText? text = null) =>
        text is null ? PngEncoder.Encode(Black) : PngEncoder.Encode(Black, text);

    // White, with a black left part; half the picture's size.
    private static byte[] Mask(int black)
    {
        const int Half = Side / 2;
        var bytes = new byte[Half * Half * RgbImage.Channels];
        for (var at = 0; at < bytes.Length; at++)
        {
            bytes[at] = (byte)(2 * (at / RgbImage.Channels % Half) < black ? 0 : 255);
        }

        return PngEncoder.Encode(new RgbImage(Half, Half, bytes));
    }

    private static async Task ChooseAsync(Tab tab, byte[] bytes) =>
        await tab.Page.Locator("input[data-bring-picture]").SetInputFilesAsync(new FilePayload { Name = "mask.png", MimeType = "image/png", Buffer = bytes });

    private static async Task DragAsync(Tab tab, string name, string type, byte[] bytes) =>
        await tab.Page.EvaluateAsync(DragOver, new[] { name, type, Convert.ToBase64String(bytes) });

    private static async Task DropAsync(Tab tab, string on, byte[] png)
    {
        await DragAsync(tab, "a picture.png", "image/png", png);
        await Expect(tab.Page.Locator(on)).ToBeVisibleAsync();
        await tab.Page.EvaluateAsync(Drop, on);
    }

    private async Task<Tab> OpenAsync(string path, int width = 1440, ColorScheme scheme = ColorScheme.Dark)
    {
        var tab = await browser.OpenAsync(width, height: width > 720 ? 900 : 740, scheme);
        await tab.GoAsync(studio.Address, path);
        await tab.Page.WaitForSelectorAsync("[data-takes-files]", new() { State = WaitForSelectorState.Attached });
        return tab;
    }

    private async Task<Tab> OpenBenchAsync()
    {
        var tab = await OpenAsync("/");
        await DropAsync(tab, "[data-zone=edit]", Picture());
        await tab.Page.WaitForSelectorAsync(".editor[data-ready]");
        await tab.Page.WaitForSelectorAsync("[data-takes-files]", new() { State = WaitForSelectorState.Attached });
        return tab;
    }
}
