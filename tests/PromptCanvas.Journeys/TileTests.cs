using System.Text.RegularExpressions;

using Microsoft.Playwright;

using PromptCanvas.Data.Pictures;

using static Microsoft.Playwright.Assertions;

namespace PromptCanvas.Journeys;

/// <summary>The actions of a tile, and navigation in the viewer by pointer, keyboard and touch.</summary>
public sealed partial class TileTests(Browser browser, ScriptedStudio studio) : IClassFixture<Browser>, IClassFixture<ScriptedStudio>
{
    [Theory]
    [InlineData(ColorScheme.Dark)]
    [InlineData(ColorScheme.Light)]
    public async Task Tile_UnderThePointerOrTheFocus_OffersDownloadVaryAndFavourite(ColorScheme scheme)
    {
        await using var tab = await browser.OpenAsync(scheme: scheme);
        await tab.MakeAsync(studio.Address, "a silver key");
        await studio.AddPictureAsync($"a private key {scheme}", ("Visibility", Visibilities.Private));
        await tab.GoAsync(studio.Address, "/gallery?q=key");
        await Expect(tab.Page.Locator(".wall[data-measured] .wall-row a.thumb").First).ToBeVisibleAsync();
        var tile = tab.Page.Locator(".thumb-frame", new() { Has = tab.Page.GetByAltText("a silver key") }).First;
        await Expect(tile.Locator(".tile-acts")).ToHaveCSSAsync("opacity", "0");
        await tile.HoverAsync();
        await Expect(tile.Locator(".tile-acts")).ToHaveCSSAsync("opacity", "1");
        await Expect(tile.Locator(".tile-lock")).ToHaveCountAsync(0);
        await Expect(tab.Page.Locator(".thumb-frame", new() { Has = tab.Page.GetByAltText($"a private key {scheme}") }).Locator(".tile-lock")).ToBeVisibleAsync();

        var favourite = tile.GetByRole(AriaRole.Button, new() { Name = "Favourite: a silver key" });
        await favourite.ClickAsync();
        await Expect(favourite).ToHaveAttributeAsync("aria-pressed", "true");
        await tab.SaveAsync($"tiles-1440-{scheme}".ToLowerInvariant());
        var download = await tab.Page.RunAndWaitForDownloadAsync(() => tile.GetByRole(AriaRole.Link, new() { Name = "Download: a silver key" }).ClickAsync());
        Assert.StartsWith("a-silver-key", download.SuggestedFilename, StringComparison.Ordinal);

        await tab.Page.Locator("h1").HoverAsync();
        await tile.Locator("a.thumb").FocusAsync();
        await Expect(tile.Locator(".tile-acts")).ToHaveCSSAsync("opacity", "1");
        await tab.GoAsync(studio.Address, "/gallery?shelf=favourites&q=silver");
        await tab.Page.Locator(".thumb-frame").First.HoverAsync();
        await Expect(tab.Page.GetByRole(AriaRole.Button, new() { Name = "Favourite: a silver key" }).First).ToHaveAttributeAsync("aria-pressed", "true");
        await tab.Page.GetByRole(AriaRole.Button, new() { NameRegex = VaryName() }).First.ClickAsync();
        await Expect(tab.Page).ToHaveURLAsync(new Regex("/jobs/"));
        await tab.Page.WaitForSelectorAsync(".run[data-state=done]");
        await tab.Page.Locator(".run .tile").First.HoverAsync();
        await Expect(tab.Page.Locator(".run .tile .tile-acts").First).ToHaveCSSAsync("opacity", "1");
        Assert.Empty(tab.Complaints);
    }

    [Fact]
    public async Task Viewer_ByPointerAndKey_ZoomsToTheOwnPixelsAndPans()
    {
        await using var tab = await browser.OpenAsync();
        await tab.MakeAsync(studio.Address, "a wide meadow");
        await tab.GoAsync(studio.Address, "/gallery?q=meadow");
        await tab.Page.Locator(".thumb").First.ClickAsync();
        await Expect(tab.Page.Locator(".viewer[open]")).ToBeVisibleAsync();
        var now = tab.Page.Locator("[data-zoom-now]");
        await Expect(now).ToHaveTextAsync(new Regex("^[4-9][0-9]%$"));
        var fit = await now.InnerTextAsync();

        await tab.Page.Locator(".viewer-zoom").ClickAsync();
        await Expect(now).ToHaveTextAsync("100%");
        Assert.Equal(1024, (await BoxAsync(tab)).Width, tolerance: 1);
        var before = await BoxAsync(tab);
        await DragAsync(tab, before.X + 500, 450, 60, 40);
        var after = await BoxAsync(tab);
        Assert.True(Math.Abs(after.Y - before.Y) > 20, "The picture did not follow the pointer.");
        await tab.SaveAsync("viewer-zoomed-1440");
        await Expect(tab.Page.Locator(".viewer[open]")).ToBeVisibleAsync();

        await tab.Page.Keyboard.PressAsync("z");
        await Expect(now).ToHaveTextAsync(fit);
        await tab.Page.Mouse.MoveAsync(500, 450);
        await tab.Page.Mouse.WheelAsync(0, -300);
        await Expect(now).Not.ToHaveTextAsync(fit);
        await tab.Page.Keyboard.PressAsync("ArrowRight");
        await Expect(now).ToHaveTextAsync(fit);
        Assert.Empty(tab.Complaints);
    }

    [Theory]
    [InlineData(ColorScheme.Dark)]
    [InlineData(ColorScheme.Light)]
    public async Task Viewer_OnAPhone_FollowsSwipesAndPinches(ColorScheme scheme)
    {
        await using var tab = await browser.OpenAsync(width: 360, height: 740, scheme: scheme, touch: true);
        await tab.MakeAsync(studio.Address, "a small boat");
        await tab.GoAsync(studio.Address, "/gallery?q=boat");
        await tab.SaveAsync($"tiles-360-{scheme}".ToLowerInvariant());
        await tab.Page.Locator(".wall[data-measured] .wall-row a.thumb").First.TapAsync();
        await Expect(tab.Page.Locator(".viewer[open]")).ToBeVisibleAsync();
        var first = tab.Page.Url;

        await tab.FingersAsync((280, 180, 60, 185));
        await Expect(tab.Page).Not.ToHaveURLAsync(first);
        await Expect(tab.Page.Locator(".viewer-newer")).ToBeVisibleAsync();
        await tab.FingersAsync((60, 180, 280, 185));
        await Expect(tab.Page).ToHaveURLAsync(first);

        await tab.FingersAsync((170, 180, 60, 180), (190, 180, 300, 180));
        await Expect(tab.Page.Locator("[data-stage][data-zoomed]")).ToBeVisibleAsync();
        Assert.True((await BoxAsync(tab)).Width > 700);
        await tab.SaveAsync($"viewer-pinched-360-{scheme}".ToLowerInvariant());
        Assert.Equal(first, tab.Page.Url);

        // A tap on the picture neither closes nor walks.
        await tab.Page.Locator(".viewer-stage img").TapAsync(new() { Position = new() { X = 300, Y = 300 }, Force = true });
        await Expect(tab.Page.Locator(".viewer[open]")).ToBeVisibleAsync();
        Assert.True(await tab.Page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"), "The page scrolls sideways.");
        Assert.Empty(tab.Complaints);
    }

    private static async Task<(double X, double Y, double Width)> BoxAsync(Tab tab)
    {
        var box = await tab.Page.Locator(".viewer-stage img").BoundingBoxAsync();
        return (box!.X, box.Y, box.Width);
    }

    private static async Task DragAsync(Tab tab, double x, double y, int right, int down)
    {
        await tab.Page.Mouse.MoveAsync((float)x, (float)y);
        await tab.Page.Mouse.DownAsync();
        await tab.Page.Mouse.MoveAsync((float)x + right, (float)y + down, new() { Steps = 5 });
        await tab.Page.Mouse.UpAsync();
    }

    [GeneratedRegex("^Vary: a silver key")]
    private static partial Regex VaryName();
}
