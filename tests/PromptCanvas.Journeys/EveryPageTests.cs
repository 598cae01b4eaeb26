using System.Reflection;
using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Components;
using Microsoft.Playwright;
using PromptCanvas.Data.People;
using static Microsoft.Playwright.Assertions;

namespace PromptCanvas.Journeys;

/// <summary>Every page, found by its route: axe reports no serious violations, no horizontal scrolling, limited weight, no console errors.</summary>
public sealed class EveryPageTests(Browser browser, ScriptedStudio studio) : IClassFixture<Browser>, IClassFixture<ScriptedStudio>
{
    // Bytes transferred before any interaction: the page and all resources that it loads.
    private const long HeaviestPage = 1_500_000;

    private const string Weight =
        "[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')].reduce((sum, entry) => sum + entry.encodedBodySize, 0)";

    private static readonly string[] Serious = ["serious", "critical"];

    private static readonly AxeRunOptions Wcag22AA = new()
    {
        RunOnly = new RunOnlyOptions { Type = "tag", Values = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] },
    };

    private static IEnumerable<(string Route, bool Anonymous)> Routes =>
        from type in typeof(Program).Assembly.GetTypes()
        from route in type.GetCustomAttributes<RouteAttribute>()
        orderby route.Template
        select (route.Template, type.IsDefined(typeof(AllowAnonymousAttribute)));

    [Theory]
    [InlineData(1440, ColorScheme.Dark)]
    [InlineData(360, ColorScheme.Light)]
    public async Task Axe_OnEveryPage_FindsNothingSerious(int width, ColorScheme scheme)
    {
        await using var member = await browser.OpenAsync(width, height: 900, scheme);
        await using var stranger = await browser.OpenAsync(width, height: 900, scheme);
        var values = await MakeSomethingAsync(member);
        var findings = new List<string>();
        foreach (var (route, anonymous) in Routes)
        {
            var path = Fill(route, values);
            var tab = anonymous ? stranger : member;
            await (anonymous ? tab.Page.GotoAsync(new Uri(studio.Address, path).ToString()) : tab.VisitAsync(studio.Address, path));
            await Expect(tab.Page.Locator("h1")).ToHaveCountAsync(1);
            findings.AddRange(await LookAsync(tab, path));
        }

        await member.GoAsync(studio.Address, "/gallery");
        await member.Page.Locator(".thumb").First.ClickAsync();
        await Expect(member.Page.Locator(".viewer[open]")).ToBeVisibleAsync();
        findings.AddRange(await LookAsync(member, "/gallery with the viewer open"));

        Assert.True(findings.Count == 0, string.Join(Environment.NewLine, findings.Distinct()));
        Assert.Empty(member.Complaints);
    }

    private static async Task<IEnumerable<string>> LookAsync(Tab tab, string path)
    {
        await tab.SaveAsync($"{path.Trim('/').Replace('/', '-')}-{tab.Page.ViewportSize!.Width}");
        var fits = await tab.Page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth");
        var weight = await tab.Page.EvaluateAsync<long>(Weight);
        Assert.True(weight > 0);
        var found = await tab.Page.RunAxe(Wcag22AA);
        Assert.NotEmpty(found.Passes);
        return found.Violations
            .Where(violation => Serious.Contains(violation.Impact))
            .Select(violation => $"{path}: {violation.Id}, {violation.Help}: {string.Join(" | ", violation.Nodes.Select(node => node.Html).Take(3))}")
            .Concat(fits ? [] : [$"{path}: scrolls sideways"])
            .Concat(weight <= HeaviestPage ? [] : [$"{path}: weighs {weight} bytes"]);
    }

    // A new route parameter needs a value here.
    private static string Fill(string route, Dictionary<string, string> values) =>
        string.Join('/', route.Split('/').Select(part => part.StartsWith('{') ? values[part[1..^1].Split(':')[0]] : part));

    private async Task<Dictionary<string, string>> MakeSomethingAsync(Tab tab)
    {
        var person = await studio.PersonAsync("looked-at@example.com", PersonRoles.Member);
        await tab.GoAsync(studio.Address);
        await tab.Page.FillAsync("#prompt", "a red cube");
        await tab.Page.PressAsync("#prompt", "Enter");
        await tab.Page.WaitForSelectorAsync(".run[data-state=done]");
        var job = await tab.Page.Locator(".run").First.GetAttributeAsync("data-job");
        var picture = await tab.Tiles.First.Locator("a").GetAttributeAsync("href");
        var (board, token) = await studio.ShareBoardAsync("Cubes");
        return new()
        {
            ["BoardId"] = board.ToString(),
            ["Token"] = token,
            ["ImageId"] = picture!.Split("picture=")[1],
            ["JobId"] = job!,
            ["PersonId"] = person.Id.ToString(),
        };
    }
}
