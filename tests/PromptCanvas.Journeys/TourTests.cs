using System.Text.RegularExpressions;

using Microsoft.Playwright;

using static Microsoft.Playwright.Assertions;

namespace PromptCanvas.Journeys;

/// <summary>
/// Walks through every flow with the shipped model. With PROMPTCANVAS_TOUR set, the screenshots become docs/tour, the pictures of the
/// documentation.
/// </summary>
public sealed partial class TourTests(Browser browser) : IClassFixture<Browser>, IDisposable
{
    private const float MinutesForPictures = 6 * 60_000;
    private static readonly string[] Prompts =
    [
        "a green ring on a yellow background", "two orange cones on a blue background", "a white star on a purple background",
        "three yellow spheres on a green background", "a pink heart", "a blue sphere on an orange background",
        "a purple cylinder under a yellow cube", "a red cube on top of a blue cube",
    ];

    private static readonly string[] Sketches = ["a pencil sketch of a red cube", "a pencil sketch of a blue star"];

    private const string Edited = "a green sphere on top of a blue cube";
    private readonly string dataFolder = Directory.CreateTempSubdirectory("promptcanvas-tour-").FullName;

    public void Dispose() => Directory.Delete(dataFolder, recursive: true);

    [Fact]
    public async Task Tour_ThroughEveryFlow()
    {
        await using var studio = RealStudio.Start(dataFolder);
        await using var tab = await browser.OpenAsync(height: 860);
        await CreateAsync(studio, tab);
        var picture = await EditAsync(studio, tab);
        await BlendAsync(studio, tab);
        await ChangeAsync(studio, tab, picture);
        await StyleAsync(studio, tab);
        await HowItWasMadeAsync(studio, tab, picture);
        await FamilyAsync(studio, tab, picture);
        await GalleryAsync(studio, tab);
        await ShareAsync(studio, tab, picture);
        await VerifyAsync(studio, tab, picture);
        await DraftsAsync(studio, tab);
        await AdministerAsync(studio, tab);
        await AuditBiasAsync(studio, tab);
        await MakeDatasetAsync(studio, tab);
        Assert.Empty(tab.Complaints);
    }

    private static async Task CreateAsync(RealStudio studio, Tab tab)
    {
        await tab.GoAsync(studio.Address);
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Skip tips" }).ClickAsync();
        foreach (var prompt in Prompts)
        {
            await tab.Page.FillAsync("#prompt", prompt);
            await tab.Page.PressAsync("#prompt", "Enter");
            await Expect(tab.Page.Locator(".run").First).ToContainTextAsync(prompt);
            await FinishedAsync(tab);
        }

        await Expect(tab.Page.Locator(".run").First.Locator(".tile-picture")).ToHaveCountAsync(4);
        await tab.ShowAsync("create");
    }

    private static async Task DraftsAsync(RealStudio studio, Tab tab)
    {
        await tab.GoAsync(studio.Address);
        await tab.Page.Locator(".composer-making input[value=drafts]").CheckAsync();
        await tab.Page.FillAsync("#prompt", "a green cube on a pink background");
        await tab.Page.PressAsync("#prompt", "Enter");
        await FinishedAsync(tab);
        await Expect(tab.Page.Locator(".draft-picture")).ToHaveCountAsync(4);
        await tab.Page.Locator(".draft-choice input").First.CheckAsync();
        await tab.ShowAsync("drafts");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Finish this one" }).ClickAsync();
        await Expect(tab.Page.Locator(".history-run .draft-state")).ToHaveTextAsync("Finished", new() { Timeout = MinutesForPictures });
        await tab.Page.Locator(".composer-making input[value=finished]").CheckAsync();
    }

    /// <returns>The id of the edited picture.</returns>
    private static async Task<string> EditAsync(RealStudio studio, Tab tab)
    {
        await tab.GoAsync(studio.Address, "/edit");
        await tab.Page.Locator(".gallery-grid a").First.ClickAsync();
        await tab.Page.WaitForSelectorAsync(".editor[data-ready]");
        var source = PictureIn().Match(tab.Page.Url).Value;
        var box = await tab.Page.Locator(".editor-stage > canvas").BoundingBoxAsync() ?? throw new InvalidOperationException("There is no canvas.");
        await tab.Page.Keyboard.PressAsync("r");
        await tab.Page.Mouse.MoveAsync(box.X + (box.Width * 0.12f), box.Y + (box.Height * 0.03f));
        await tab.Page.Mouse.DownAsync();
        await tab.Page.Mouse.MoveAsync(box.X + (box.Width * 0.88f), box.Y + (box.Height * 0.5f), new() { Steps = 6 });
        await tab.Page.Mouse.UpAsync();
        await tab.Page.FillAsync(".editor-prompt", Edited);
        await tab.ShowAsync("edit-mask");
        await tab.Page.Locator(".editor-make").GetByRole(AriaRole.Button, new() { Name = "Replace", Exact = true }).ClickAsync();
        var accept = tab.Page.GetByRole(AriaRole.Button, new() { Name = "Use this one" });
        await accept.WaitForAsync(new() { Timeout = MinutesForPictures });
        await tab.ShowAsync("edit-candidates");
        await accept.ClickAsync();
        await Expect(tab.Page).Not.ToHaveURLAsync(new Regex(source));
        return PictureIn().Match(tab.Page.Url).Value;
    }

    private static async Task BlendAsync(RealStudio studio, Tab tab)
    {
        await tab.GoAsync(studio.Address, "/blend?c=t.a%20red%20sphere&c=t.a%20yellow%20star&c=t.a%20blue%20ring");
        await tab.Page.WaitForSelectorAsync("[data-drawn=rest]");
        await tab.ShowAsync("blend");
    }

    private static async Task ChangeAsync(RealStudio studio, Tab tab, string picture)
    {
        await tab.GoAsync(studio.Address, $"/change?image={picture}");
        await tab.Page.GetByLabel("From", new() { Exact = true }).FillAsync(Edited);
        await tab.Page.GetByLabel("To", new() { Exact = true }).FillAsync("a yellow sphere on top of a pink cube");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Generate steps" }).ClickAsync();
        await Expect(tab.Page.Locator(".walk-frame img")).ToHaveCountAsync(5, new() { Timeout = MinutesForPictures });
        await tab.ShowAsync("change");
    }

    private static async Task StyleAsync(RealStudio studio, Tab tab)
    {
        await tab.GoAsync(studio.Address);
        foreach (var prompt in Sketches)
        {
            await tab.Page.FillAsync("#prompt", prompt);
            await tab.Page.PressAsync("#prompt", "Enter");
            await Expect(tab.Page.Locator(".run").First).ToContainTextAsync(prompt);
            await FinishedAsync(tab);
        }

        await tab.GoAsync(studio.Address, "/gallery?q=sketch");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Select" }).ClickAsync();
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Select all" }).ClickAsync();
        await tab.Page.GetByRole(AriaRole.Link, new() { Name = "Make a style" }).ClickAsync();
        await tab.Page.Locator(".style-maker summary").ClickAsync();
        await tab.Page.GetByLabel("Name of the style").FillAsync("Sketches");
        await tab.Page.Locator(".style-maker").GetByRole(AriaRole.Button, new() { Name = "Make a style" }).ClickAsync();
        await tab.Page.Locator(".style-maker").GetByRole(AriaRole.Link, new() { Name = "Use in Create" }).ClickAsync();

        // The prompt that was typed last comes back first.
        await Expect(tab.Page.Locator("#prompt")).ToHaveValueAsync(Sketches[^1]);
        await tab.Page.FillAsync("#prompt", "a purple heart");
        await tab.Page.Locator("#style-weight").FillAsync("75");
        await tab.Page.WaitForSelectorAsync(".composer-style[data-drawn=rest]");
        await tab.ShowAsync("style");
    }

    private static async Task HowItWasMadeAsync(RealStudio studio, Tab tab, string picture)
    {
        await tab.GoAsync(studio.Address, "/gallery?q=red+cube");
        await tab.Page.Locator("a.thumb").First.ClickAsync();
        await tab.ShowAsync("viewer");
        await tab.Page.GetByRole(AriaRole.Link, new() { Name = "How it was made" }).ClickAsync();
        await tab.Page.WaitForSelectorAsync(".replay[data-ready]", new() { Timeout = MinutesForPictures });
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Draw them side by side" }).ClickAsync();
        await Expect(tab.Page.Locator(".comparison-mode[data-drawn]")).ToHaveCountAsync(4, new() { Timeout = MinutesForPictures });
        await tab.ShowAsync("how-it-was-made", wholePage: true);
        Assert.NotEqual(picture, PictureIn().Match(tab.Page.Url).Value);
    }

    private static async Task FamilyAsync(RealStudio studio, Tab tab, string picture)
    {
        await tab.GoAsync(studio.Address, $"/images/{picture}");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Strong variation" }).ClickAsync();
        await tab.Page.WaitForURLAsync(new Regex("/jobs/"));
        await FinishedAsync(tab);
        await tab.GoAsync(studio.Address, $"/images/{picture}/family");
        await Expect(tab.Page.GetByRole(AriaRole.Region, new() { Name = "Made from it" }).Locator("a.thumb")).ToHaveCountAsync(4 + 5);
        await tab.ShowAsync("family");
    }

    private async Task GalleryAsync(RealStudio studio, Tab tab)
    {
        await tab.GoAsync(studio.Address, "/gallery");
        await Expect(tab.Page.Locator(".wall[data-measured] a.thumb").Nth(20)).ToBeVisibleAsync();
        await tab.ShowAsync("gallery");

        await using var phone = await browser.OpenAsync(width: 360, height: 740, ColorScheme.Light);
        await phone.GoAsync(studio.Address, "/gallery");
        await Expect(phone.Page.Locator(".wall[data-measured] a.thumb").Nth(6)).ToBeVisibleAsync();
        await phone.ShowAsync("phone-gallery");
        await phone.GoAsync(studio.Address);
        await phone.Page.WaitForSelectorAsync(".history-tiles img");
        await phone.ShowAsync("phone-create");
        Assert.Empty(phone.Complaints);
    }

    private async Task ShareAsync(RealStudio studio, Tab tab, string picture)
    {
        await tab.VisitAsync(studio.Address, $"/images/{picture}/share");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Create link" }).ClickAsync();
        var address = await tab.Page.Locator("[data-secret]").InnerTextAsync();
        await using var stranger = await browser.OpenAsync(height: 860, scheme: ColorScheme.Light);
        await stranger.Page.GotoAsync(address);
        await Expect(stranger.Page.Locator(".shared-figure > img")).ToBeVisibleAsync();
        await stranger.ShowAsync("shared");
        Assert.Empty(stranger.Complaints);
    }

    private static async Task VerifyAsync(RealStudio studio, Tab tab, string picture)
    {
        var file = await (await tab.Page.Context.APIRequest.GetAsync(new Uri(studio.Address, $"/api/images/{picture}/content").ToString())).BodyAsync();
        await tab.GoAsync(studio.Address, "/verify");
        await tab.Page.Locator(".verify-zone input").SetInputFilesAsync(new FilePayload { Name = "spheres.png", MimeType = "image/png", Buffer = file });
        await Expect(tab.Page.Locator("[data-verdict=Ours]")).ToContainTextAsync(Edited);
        await tab.ShowAsync("verify");
    }

    private static async Task AdministerAsync(RealStudio studio, Tab tab)
    {
        foreach (var page in new[] { "usage", "safety" })
        {
            await tab.VisitAsync(studio.Address, $"/admin/{page}");
            await Expect(tab.Page.Locator("h1")).ToBeVisibleAsync();
            await tab.ShowAsync($"admin-{page}");
        }
    }

    private static async Task AuditBiasAsync(RealStudio studio, Tab tab)
    {
        await tab.GoAsync(studio.Address, "/admin/bias");
        await tab.Page.GetByLabel("Neutral prompts").FillAsync("a sphere");
        await tab.Page.GetByLabel("Pictures of each prompt").FillAsync("10");
        await tab.Page.GetByRole(AriaRole.Combobox, new() { Name = "Size", Exact = true }).SelectOptionAsync("64");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Start (10 credits)" }).ClickAsync();
        await Expect(tab.Page.Locator("#bias-state")).ToContainTextAsync("done", new() { Timeout = MinutesForPictures });
        await Expect(tab.Page.GetByRole(AriaRole.List, new() { Name = "colour" })).ToBeVisibleAsync();
        await tab.ShowAsync("admin-bias");
    }

    private static async Task MakeDatasetAsync(RealStudio studio, Tab tab)
    {
        await tab.GoAsync(studio.Address, "/datasets");
        await tab.Page.GetByLabel("Number of pictures").FillAsync("8");
        await tab.Page.GetByLabel("Size").SelectOptionAsync("64");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Start (8 credits)" }).ClickAsync();
        await Expect(tab.Page.Locator("#dataset-state")).ToContainTextAsync("done · 8 of 8", new() { Timeout = MinutesForPictures });
        await tab.ShowAsync("dataset");
    }

    private static Task FinishedAsync(Tab tab) =>
        tab.Page.Locator(".run[data-state=done]").First.WaitForAsync(new() { Timeout = MinutesForPictures });

    [GeneratedRegex("[0-9a-f]{8}-[0-9a-f-]{27}")]
    private static partial Regex PictureIn();
}
