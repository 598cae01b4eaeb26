using System.Globalization;
using System.Text.RegularExpressions;

using Microsoft.Playwright;

using static Microsoft.Playwright.Assertions;

namespace PromptCanvas.Journeys;

/// <summary>Selecting many pictures, the order and the size of tiles, days, and the actions of the trash.</summary>
public sealed class GalleryToolsTests(Browser browser, ScriptedStudio studio) : IClassFixture<Browser>, IClassFixture<ScriptedStudio>
{
    [Fact]
    public async Task Selection_ByShiftByDayAndOfEverything_CountsAllPictures()
    {
        await using var tab = await browser.OpenAsync();
        await tab.MakeAsync(studio.Address, "a green hill");
        await studio.FillGalleryAsync(300);
        await tab.GoAsync(studio.Address, "/gallery");
        await Expect(tab.Page.Locator(".wall[data-measured] .wall-row a.thumb").First).ToBeVisibleAsync();
        await Expect(tab.Page.Locator(".wall-day").First).ToContainTextAsync("Today");
        await Expect(tab.Page.Locator(".gallery-count")).ToHaveTextAsync(new Regex(@"^\d+ pictures$"));
        var pictures = int.Parse((await tab.Page.Locator(".gallery-count").InnerTextAsync()).Split(' ')[0], CultureInfo.InvariantCulture);

        // At least these; the other tests of the class use the same studio.
        Assert.InRange(pictures, 304, 400);
        await tab.SaveAsync("gallery-days-1440");

        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Select" }).ClickAsync();
        var count = tab.Page.Locator(".selection strong");
        await tab.Page.Locator(".thumb-pick").Nth(1).ClickAsync();
        await tab.Page.Locator(".thumb-pick").Nth(3).ClickAsync(new() { Modifiers = [KeyboardModifier.Shift] });
        await Expect(count).ToHaveTextAsync("3 selected");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Select day Yesterday" }).ClickAsync();
        await Expect(count).Not.ToHaveTextAsync("3 selected");
        await tab.SaveAsync("gallery-selection-1440");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Select all" }).ClickAsync();
        await Expect(count).ToHaveTextAsync($"{pictures} selected");
        Assert.Empty(tab.Complaints);
    }

    [Theory]
    [InlineData(1440, ColorScheme.Light)]
    [InlineData(360, ColorScheme.Dark)]
    public async Task Order_AndTileSize_AreChosenOnThePageAndStay(int width, ColorScheme scheme)
    {
        await using var tab = await browser.OpenAsync(width, height: 900, scheme);
        await tab.MakeAsync(studio.Address, "a grey stone");
        await studio.AddPictureAsync("the oldest stone", ("CreatedAt", TimeProvider.System.GetUtcNow().AddYears(-1)));
        await tab.GoAsync(studio.Address, "/gallery?q=stone");
        var columns = await ColumnsAsync(tab);

        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Large tiles" }).ClickAsync();
        await Expect(tab.Page.Locator($".wall[style*='--wall-columns: {columns}']")).ToHaveCountAsync(0);
        Assert.True(await ColumnsAsync(tab) < columns);
        await tab.SaveAsync($"gallery-large-{width}");
        await tab.GoAsync(studio.Address, "/gallery?q=stone");
        Assert.True(await ColumnsAsync(tab) < columns);
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Small tiles" }).ClickAsync();
        await Expect(tab.Page.GetByRole(AriaRole.Button, new() { Name = "Small tiles" })).ToHaveAttributeAsync("aria-pressed", "true");

        await tab.Page.GetByRole(AriaRole.Link, new() { Name = "Newest first" }).ClickAsync();
        await Expect(tab.Page).ToHaveURLAsync(new Regex("sort=oldest"));
        await Expect(tab.Page.Locator(".wall-row a.thumb").First).ToHaveAttributeAsync("title", "the oldest stone");
        await tab.SaveAsync($"gallery-oldest-{width}");
        Assert.True(await tab.Page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"), "The page scrolls sideways.");
        Assert.Empty(tab.Complaints);
    }

    [Fact]
    public async Task Search_ByLookWithoutAFind_ExplainsItself()
    {
        await using var tab = await browser.OpenAsync(width: 360, height: 740, scheme: ColorScheme.Light);
        await tab.GoAsync(studio.Address, "/gallery?q=a+red+cube&by=meaning");

        await Expect(tab.Page.Locator(".notice")).ToContainTextAsync("default model");
        await tab.SaveAsync("gallery-look-empty-360");
        await tab.Page.GetByRole(AriaRole.Link, new() { Name = "Search prompts instead" }).ClickAsync();
        await Expect(tab.Page).Not.ToHaveURLAsync(new Regex("by=meaning"));
        Assert.Empty(tab.Complaints);
    }

    [Theory]
    [InlineData(1440, ColorScheme.Dark)]
    [InlineData(360, ColorScheme.Light)]
    public async Task Trash_RestoresSeveral_DeletesForeverAndIsEmptied(int width, ColorScheme scheme)
    {
        await using var tab = await browser.OpenAsync(width, height: 900, scheme);
        await tab.MakeAsync(studio.Address, "a rusty nail");
        for (var number = 0; number < 4; number++)
        {
            await studio.AddPictureAsync($"nail{width} {number}", ("DeletedAt", TimeProvider.System.GetUtcNow()), ("CreatedAt", TimeProvider.System.GetUtcNow().AddMinutes(-number)));
        }

        await tab.GoAsync(studio.Address, "/gallery?shelf=trash");
        await Expect(tab.Page.Locator(".wall[data-measured] .wall-row a.thumb")).ToHaveCountAsync(4);
        await tab.SaveAsync($"gallery-trash-{width}");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Select" }).ClickAsync();
        await tab.Page.Locator(".thumb-pick").Nth(0).ClickAsync();
        await tab.Page.Locator(".thumb-pick").Nth(1).ClickAsync();
        await tab.SaveAsync($"gallery-trash-selection-{width}");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Restore" }).ClickAsync();
        await Expect(tab.Page.Locator(".thumb-pick")).ToHaveCountAsync(2);

        await tab.Page.Locator(".thumb-pick").Nth(0).ClickAsync();
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Delete forever" }).ClickAsync();
        await Expect(tab.Page.Locator("#confirm h2")).ToHaveTextAsync("Delete this picture forever?");
        await tab.Page.Locator("#confirm [data-confirm-yes]").ClickAsync();
        await Expect(tab.Page.Locator(".thumb-pick")).ToHaveCountAsync(1);
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Done", Exact = true }).ClickAsync();
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Empty trash" }).ClickAsync();
        await tab.Page.Locator("#confirm [data-confirm-yes]").ClickAsync();
        await Expect(tab.Page.Locator(".notice")).ToContainTextAsync("The trash is empty");

        await tab.GoAsync(studio.Address, $"/gallery?q=nail{width}");
        await Expect(tab.Page.Locator(".wall-row a.thumb")).ToHaveCountAsync(2);
        Assert.Empty(tab.Complaints);
    }

    private static async Task<int> ColumnsAsync(Tab tab)
    {
        await Expect(tab.Page.Locator(".wall[data-measured] .wall-row a.thumb").First).ToBeVisibleAsync();
        return await tab.Page.EvaluateAsync<int>("Number(document.querySelector('.wall').style.getPropertyValue('--wall-columns'))");
    }
}
