using System.Globalization;
using System.Text.Json;

using static Microsoft.Playwright.Assertions;

namespace PromptCanvas.Journeys;

/// <summary>A very long gallery.</summary>
public sealed class GalleryWallTests(Browser browser, ScriptedStudio studio, ITestOutputHelper output) : IClassFixture<Browser>, IClassFixture<ScriptedStudio>
{
    // On every animation frame, measures for how long each visible tile has no picture.
    private const string BlankWatch = """
        () => {
          const since = new Map();
          window.blank = { longest: 0, tiles: 0, seen: new Set() };
          const look = now => {
            const inSight = new Set();
            for (const tile of document.querySelectorAll('.wall .thumb')) {
              const box = tile.getBoundingClientRect();
              if (box.bottom > 0 && box.top < innerHeight) {
                const image = tile.querySelector('img');
                const key = image?.src ?? `awaited ${Math.round(box.left)} ${Math.round(box.top + scrollY)}`;
                inSight.add(key);
                window.blank.seen.add(key);
                if (image?.complete && image.naturalWidth > 0) {
                  since.delete(key);
                } else {
                  if (!since.has(key)) since.set(key, now);
                  window.blank.longest = Math.max(window.blank.longest, now - since.get(key));
                }
              }
            }
            for (const key of since.keys()) if (!inSight.has(key)) since.delete(key);
            window.blank.tiles = Math.max(window.blank.tiles, document.querySelectorAll('.wall .thumb').length);
            requestAnimationFrame(look);
          };
          requestAnimationFrame(look);
        }
        """;

    [Fact]
    public async Task Wall_OfManyPictures_DrawsThoseInSightJumpsByMonthAndKeepsItsPlace()
    {
        await using var tab = await browser.OpenAsync();
        await FilledAsync(tab, 3000);
        await tab.GoAsync(studio.Address, "/gallery");
        await Expect(tab.Page.Locator(".wall[data-measured] .wall-row a.thumb").First).ToBeVisibleAsync();
        Assert.InRange(await tab.Page.Locator(".wall .thumb").CountAsync(), 1, 400);
        var months = tab.Page.Locator(".wall-months button");

        // 3,000 hours are at least four months.
        await Expect(months.Nth(3)).ToBeVisibleAsync();
        await months.Nth(3).ClickAsync();
        await Expect(months.Nth(3)).ToHaveAttributeAsync("aria-current", "date");
        var link = tab.Page.Locator(".wall-row a.thumb:visible").Nth(30);
        await Expect(link.Locator("img.is-here")).ToBeVisibleAsync();

        // Scrolls to it, and finds it again if the rows are rendered meanwhile.
        await link.HoverAsync();
        var place = await tab.Page.EvaluateAsync<double>("scrollY");
        Assert.True(place > 5000, $"The fourth month lies {place} pixels down.");
        var name = await link.GetAttributeAsync("title");
        await link.ClickAsync();
        await Expect(tab.Page.Locator(".viewer[open]")).ToBeVisibleAsync();
        await tab.Page.Keyboard.PressAsync("ArrowRight");
        await Expect(tab.Page.Locator(".viewer")).Not.ToContainTextAsync(name!);
        await tab.Page.Keyboard.PressAsync("Escape");
        await Expect(tab.Page.Locator(".viewer")).ToHaveCountAsync(0);
        Assert.Equal(place, await tab.Page.EvaluateAsync<double>("scrollY"), tolerance: 400);

        var month = await tab.Page.Locator(".wall-months [aria-current]").InnerTextAsync();
        await tab.Page.ReloadAsync();
        await Expect(tab.Page.Locator(".wall-months [aria-current]")).ToHaveTextAsync(month, new() { UseInnerText = true });
        Assert.Equal(place, await tab.Page.EvaluateAsync<double>("scrollY"), tolerance: 400);
        Assert.Empty(tab.Complaints);
    }

    /// <summary>A measurement, not a test: PROMPTCANVAS_SCROLL sets the number of pictures (docs/benchmarks.md).</summary>
    [Fact]
    public async Task Figures_OfScrollingThroughIt()
    {
        var pictures = Environment.GetEnvironmentVariable("PROMPTCANVAS_SCROLL");
        Assert.SkipWhen(pictures is null, "Set PROMPTCANVAS_SCROLL to the number of pictures to take the measurement.");
        await using var tab = await browser.OpenAsync();
        await FilledAsync(tab, int.Parse(pictures!, CultureInfo.InvariantCulture));
        await tab.GoAsync(studio.Address, "/gallery");
        await tab.Page.WaitForSelectorAsync(".wall[data-measured] .wall-row img.is-here");
        await tab.Page.EvaluateAsync(BlankWatch);
        foreach (var (name, step, pause) in new[] { ("a wheel's notch every 50 ms", 120, 50), ("a screen every half second", 900, 500), ("a leap of 20 screens every second", 18_000, 1000) })
        {
            await tab.Page.EvaluateAsync("() => { scrollTo(0, 0); Object.assign(window.blank, { longest: 0, tiles: 0 }); window.blank.seen.clear(); }");
            for (var time = 0; time < 10_000 / pause; time++)
            {
                await tab.Page.EvaluateAsync("step => scrollBy(0, step)", step);
                await tab.Page.WaitForTimeoutAsync(pause);
            }

            var figures = await tab.Page.EvaluateAsync<JsonElement>("() => ({ longest: window.blank.longest, tiles: window.blank.tiles, seen: window.blank.seen.size, at: scrollY })");
            output.WriteLine($"{name}: longest blank {figures.GetProperty("longest").GetDouble():F0} ms, {figures.GetProperty("seen")} tiles seen, at most {figures.GetProperty("tiles")} on the page, scrolled to {figures.GetProperty("at")}");
        }
    }

    private async Task FilledAsync(Tab tab, int pictures)
    {
        await tab.GoAsync(studio.Address);
        await tab.Page.FillAsync("#prompt", "a red cube");
        await tab.Page.PressAsync("#prompt", "Enter");
        await tab.Page.WaitForSelectorAsync(".run[data-state=done]");
        await studio.FillGalleryAsync(pictures);
    }
}
