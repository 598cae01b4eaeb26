using System.Text.RegularExpressions;

using Deque.AxeCore.Playwright;

using Microsoft.Playwright;

using PromptCanvas.Data.Jobs;
using PromptCanvas.Data.People;
using PromptCanvas.Data.Pictures;

using static Microsoft.Playwright.Assertions;

namespace PromptCanvas.Journeys;

/// <summary>Gallery filters: by keyboard, on a phone, and from a shared link.</summary>
public sealed class GalleryFilterTests(GalleryFilterTests.FilledStudio filled) : IClassFixture<GalleryFilterTests.FilledStudio>
{
    private readonly Browser browser = filled.Browser;
    private readonly ScriptedStudio studio = filled.Studio;

    [Fact]
    public async Task Filters_ByKeyboard_NarrowTheWall_AndBackWidensItAgain()
    {
        await using var tab = await browser.OpenAsync();
        await tab.GoAsync(studio.Address, "/gallery");
        await Expect(Thumb(tab, "Ben's old cone")).ToHaveCountAsync(1);
        await Expect(Thumb(tab, "Cleo's secret")).ToHaveCountAsync(0);

        await tab.Page.Locator(".filters > summary").FocusAsync();
        await tab.Page.Keyboard.PressAsync("Enter");
        await tab.Page.Keyboard.PressAsync("Tab");
        await Expect(tab.Page.GetByRole(AriaRole.Combobox, new() { Name = "By", Exact = true })).ToBeFocusedAsync();
        await Expect(tab.Page.GetByRole(AriaRole.Combobox, new() { Name = "By", Exact = true })).Not.ToContainTextAsync("cleo", new() { IgnoreCase = true });
        await tab.Page.Keyboard.TypeAsync("ben");
        await tab.Page.Keyboard.PressAsync("Tab");
        await tab.Page.Keyboard.TypeAsync("edited");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Apply", Exact = true }).PressAsync("Enter");

        await Expect(Thumbs(tab)).ToHaveCountAsync(1);
        await Expect(Thumb(tab, "Ben's edited cone")).ToHaveCountAsync(1);
        await Expect(tab.Page).ToHaveURLAsync(new Regex($"/gallery\\?maker={filled.Ben}&kind=edit$"));
        await Expect(tab.Page.Locator(".filters[open]")).ToHaveCountAsync(0);

        await tab.Page.GetByRole(AriaRole.Link, new() { NameRegex = new Regex("^Remove filter: By ") }).ClickAsync();
        await Expect(Thumbs(tab)).ToHaveCountAsync(2);
        await tab.Page.GoBackAsync();
        await Expect(Thumbs(tab)).ToHaveCountAsync(1);
        await tab.Page.GoBackAsync();
        await Expect(Thumb(tab, "a red cube")).Not.ToHaveCountAsync(0);
        await Expect(tab.Page.Locator(".filter-chips")).ToHaveCountAsync(0);
        Assert.Empty(tab.Complaints);
    }

    [Fact]
    public async Task Filters_AndASearch_HoldTogether_AndAnEmptyResultSaysHowToGoOn()
    {
        await using var tab = await browser.OpenAsync();
        await tab.GoAsync(studio.Address, "/gallery?kind=edit&q=cone");
        await Expect(Thumbs(tab)).ToHaveCountAsync(1);
        await tab.Page.FillAsync("#search", "cube");
        await tab.Page.PressAsync("#search", "Enter");

        await Expect(tab.Page.Locator(".notice")).ToContainTextAsync("No pictures match these filters");
        await Expect(tab.Page).ToHaveURLAsync(new Regex("kind=edit"));
        await tab.Page.Locator(".notice").GetByRole(AriaRole.Link, new() { Name = "Clear filters" }).ClickAsync();
        await Expect(Thumb(tab, "a red cube")).Not.ToHaveCountAsync(0);
        await Expect(tab.Page).ToHaveURLAsync(new Regex(@"/gallery\?q=cube"));
        Assert.Empty(tab.Complaints);
    }

    [Fact]
    public async Task Filters_OnAPhone_FitAreNamedAndTakeDays()
    {
        await using var tab = await browser.OpenAsync(width: 360, height: 740, ColorScheme.Light);
        await tab.GoAsync(studio.Address, "/gallery");
        await tab.Page.Locator(".filters > summary").ClickAsync();
        await tab.SaveAsync("gallery-filters-360");
        Assert.True(await tab.Page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"), "The page scrolls sideways.");
        Assert.Empty((await tab.Page.RunAxe()).Violations.Where(violation => violation.Impact is "serious" or "critical").Select(violation => violation.Help));

        await tab.Page.Keyboard.PressAsync("Escape");
        await Expect(tab.Page.Locator(".filters[open]")).ToHaveCountAsync(0);
        await Expect(tab.Page.Locator(".filters > summary")).ToBeFocusedAsync();
        await tab.Page.Keyboard.PressAsync("Enter");
        await tab.Page.GetByLabel("From", new() { Exact = true }).FillAsync("2026-03-10");
        await tab.Page.GetByLabel("To", new() { Exact = true }).FillAsync("2026-03-10");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Apply", Exact = true }).ClickAsync();

        await Expect(Thumbs(tab)).ToHaveCountAsync(1);
        await Expect(Thumb(tab, "Ben's old cone")).ToHaveCountAsync(1);
        await Expect(tab.Page).ToHaveURLAsync(new Regex("from=2026-03-10&to=2026-03-10&zone="));
        Assert.Empty((await tab.Page.RunAxe()).Violations.Where(violation => violation.Impact is "serious" or "critical").Select(violation => violation.Help));
        Assert.Empty(tab.Complaints);
    }

    [Fact]
    public async Task Favourites_OfAShelf_AreAFilterToo_AndTheViewerKeepsIt()
    {
        await using var tab = await browser.OpenAsync();
        await tab.GoAsync(studio.Address, "/gallery?kind=edit");
        await Thumb(tab, "an edited ring").ClickAsync();
        await Expect(tab.Page.Locator(".viewer[open]")).ToBeVisibleAsync();
        await tab.Page.Keyboard.PressAsync("f");
        await Expect(tab.Page.Locator(".viewer").GetByRole(AriaRole.Button, new() { Name = "Favourite" })).ToHaveAttributeAsync("aria-pressed", "true");
        await tab.Page.Keyboard.PressAsync("Escape");
        await Expect(tab.Page).ToHaveURLAsync(new Regex(@"/gallery\?kind=edit$"));

        await tab.Page.Locator(".filters > summary").ClickAsync();
        await tab.Page.GetByLabel("Favourites only").CheckAsync();
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Apply", Exact = true }).ClickAsync();
        await Expect(Thumbs(tab)).ToHaveCountAsync(1);
        await Expect(Thumb(tab, "an edited ring")).ToHaveCountAsync(1);

        await tab.Page.GetByRole(AriaRole.Link, new() { Name = "My work" }).First.ClickAsync();
        await Expect(tab.Page).ToHaveURLAsync(new Regex("shelf=mine&kind=edit&marked=yes"));
        await Expect(Thumbs(tab)).ToHaveCountAsync(1);
        Assert.Empty(tab.Complaints);
    }

    private static ILocator Thumbs(Tab tab) => tab.Page.Locator(".gallery a.thumb");

    private static ILocator Thumb(Tab tab, string title) => tab.Page.Locator($".gallery a.thumb[title=\"{title}\"]");

    /// <summary>Pictures of three people, of two kinds and two months; one of them is private.</summary>
    public sealed class FilledStudio : IAsyncLifetime
    {
        private static readonly DateTimeOffset March = new(2026, 3, 10, 12, 0, 0, TimeSpan.Zero);

        public Browser Browser { get; } = new();

        public ScriptedStudio Studio { get; } = new();

        public Guid Ben { get; private set; }

        public async ValueTask InitializeAsync()
        {
            await Browser.InitializeAsync();
            await Studio.InitializeAsync();
            Ben = (await Studio.PersonAsync("ben@example.com", PersonRoles.Member)).Id;
            var cleo = (await Studio.PersonAsync("cleo@example.com", PersonRoles.Member)).Id;
            await using var tab = await Browser.OpenAsync();
            await tab.GoAsync(Studio.Address);
            await tab.Page.FillAsync("#prompt", "a red cube");
            await tab.Page.PressAsync("#prompt", "Enter");
            await tab.Page.WaitForSelectorAsync(".run[data-state=done]");
            await Studio.AddPictureAsync("an edited ring", (nameof(Picture.Kind), JobKinds.Edit));
            await Studio.AddPictureAsync("Ben's edited cone", (nameof(Picture.Kind), JobKinds.Edit), (nameof(Picture.PersonId), Ben));
            await Studio.AddPictureAsync("Ben's old cone", (nameof(Picture.CreatedAt), March), (nameof(Picture.PersonId), Ben));
            await Studio.AddPictureAsync("Cleo's secret", (nameof(Picture.PersonId), cleo), (nameof(Picture.Visibility), Visibilities.Private));
        }

        public async ValueTask DisposeAsync()
        {
            await Browser.DisposeAsync();
            await Studio.DisposeAsync();
        }
    }
}
