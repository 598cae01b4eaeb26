using Bunit;
using Bunit.TestDoubles;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using PromptCanvas.Data.People;
using PromptCanvas.Generation.Storage;
using PromptCanvas.Web.Components.Layout;
using PromptCanvas.Web.Resources;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Components;

/// <summary>The banner about the disk is there while it is true, for whom it concerns, and can be put away for a day.</summary>
public sealed class DiskBannerTests : IDisposable
{
    private const long Gigabyte = 1_000_000_000;
    private const double Day = 24 * 60 * 60 * 1000.0;

    private readonly BunitContext page = new();
    private readonly FakeTimeProvider clock = new();
    private readonly Disk disk = new();
    private readonly BunitAuthorizationContext person;

    public DiskBannerTests()
    {
        page.Services.AddLocalization();
        page.Services.AddSingleton<IDiskSpace>(disk);
        page.Services.AddSingleton<TimeProvider>(clock);
        person = page.AddAuthorization();
        page.SetRendererInfo(new Microsoft.AspNetCore.Components.RendererInfo("Server", isInteractive: true));
    }

    public void Dispose() => page.Dispose();

    [Theory]
    [InlineData(PersonRoles.Administrator, 5, 100, true)]
    [InlineData(PersonRoles.Administrator, 50, 100, false)]
    [InlineData(PersonRoles.Administrator, 200, 4000, false)]
    [InlineData(PersonRoles.Member, 5, 100, false)]
    public void Banner_IsThere_OnlyWhenSpaceIsShort_AndForAdministrators(string role, long free, long total, bool isShown)
    {
        disk.Capacity = new DiskCapacity(free * Gigabyte, total * Gigabyte);

        Assert.Equal(isShown ? 1 : 0, Render(role).FindAll("#disk-banner").Count);
    }

    [Fact]
    public void Banner_OfAnOpenPage_GoesWhenThereIsSpaceAgain_AndComesWhenThereIsNone()
    {
        disk.Capacity = new DiskCapacity(5 * Gigabyte, 100 * Gigabyte);
        var banner = Render(PersonRoles.Administrator);
        Assert.Contains("5.0 GB", banner.Find("#disk-banner").TextContent, StringComparison.Ordinal);

        disk.Capacity = new DiskCapacity(60 * Gigabyte, 100 * Gigabyte);
        clock.Advance(DiskBanner.Interval);
        banner.WaitForAssertion(() => Assert.Empty(banner.FindAll("#disk-banner")));

        disk.Capacity = new DiskCapacity(3 * Gigabyte, 100 * Gigabyte);
        clock.Advance(DiskBanner.Interval);
        banner.WaitForAssertion(() => Assert.Contains("3.0 GB", banner.Find("#disk-banner").TextContent, StringComparison.Ordinal));
    }

    /// <summary>disk.js in Node, with as much of a browser as it uses.</summary>
    [Theory]
    [InlineData(0.0, "open()", true)]
    [InlineData(Day - 1, "open()", true)]
    [InlineData(Day, "open()", false)]
    [InlineData(Day - 1, "tick()", true)]
    [InlineData(Day, "tick()", false)]
    public async Task Dismissed_StaysAwayForADay_OnTheNextPageAndOnAnOpenOne(double later, string then, bool isHidden)
    {
        Assert.SkipUnless(Programs.IsInstalled("node"), "Node is not installed.");
        var script = string.Create(System.Globalization.CultureInfo.InvariantCulture, $$"""
            import { readFileSync } from 'node:fs';
            const kept = new Map();
            const shown = [];
            let press;
            let tick;
            let now = 1_000_000_000_000;
            Date.now = () => now;
            Object.defineProperty(globalThis, 'localStorage', { value: { getItem: key => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, String(value)) } });
            globalThis.document = {
              documentElement: { toggleAttribute: (name, on) => shown.push(on) },
              addEventListener: (name, handler) => { press = handler; },
            };
            globalThis.setInterval = handler => { tick = handler; };
            const open = new Function(readFileSync('wwwroot/js/disk.js', 'utf8'));
            open();
            press({ target: { closest: selector => selector === '[data-disk-dismiss]' } });
            now += {{later}};
            {{then}};
            console.log(JSON.stringify(shown));
            """);

        var said = await Programs.RunAsync("node", ["--input-type=module", "--eval", script], Studio.RepoRoot);

        Assert.Equal([false, true, isHidden], System.Text.Json.JsonSerializer.Deserialize<bool[]>(said)!);
    }

    [Fact]
    public void Dismissed_IsHiddenByTheStyle() => Assert.Matches(
        """html\[data-disk-dismissed\] #disk-banner \{\s*display: none;""",
        File.ReadAllText(Path.Combine(Studio.RepoRoot, "wwwroot", "css", "studio.css")));

    private IRenderedComponent<DiskBanner> Render(string role)
    {
        person.SetAuthorized("somebody").SetRoles(role);
        return Languages.In(Languages.English, () => page.Render<DiskBanner>());
    }

    private sealed class Disk : IDiskSpace
    {
        public DiskCapacity Capacity { get; set; } = new(1, 1);

        public DiskCapacity Look() => Capacity;
    }
}
