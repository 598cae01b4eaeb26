using System.Reflection;
using System.Text.RegularExpressions;
using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Components;
using Microsoft.Playwright;
using PromptCanvas.Data.People;
using static Microsoft.Playwright.Assertions;

namespace PromptCanvas.Journeys;

/// <summary>Every page, found by its route: axe reports no serious violations, no horizontal scrolling, limited weight, no console errors.</summary>
public sealed partial class EveryPageTests(Browser browser, ScriptedStudio studio) : IClassFixture<Browser>, IClassFixture<ScriptedStudio>
{
    // Bytes transferred before any interaction: the page and all resources that it loads.
    private const long HeaviestPage = 1_500_000;

    private const string Weight =
        "[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')].reduce((sum, entry) => sum + entry.encodedBodySize, 0)";

    // The five heaviest, for the message.
    private const string Heaviest = """
        performance.getEntriesByType('resource').sort((a, b) => b.encodedBodySize - a.encodedBodySize).slice(0, 5)
          .map(entry => `${entry.encodedBodySize} ${entry.name}`)
        """;

    // After a key press, focusing an element by script shows its outline as the Tab key does. A control that is visually hidden shows its focus on its label, and the prompt box on the composer.
    private const string FocusWithoutOutline = """
        () => {
          const shows = element => {
            const style = element && getComputedStyle(element);
            return style && style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1 && style.opacity !== '0' && element.getBoundingClientRect().width > 4;
          };
          const clipped = element => {
            const { outlineOffset, outlineWidth } = getComputedStyle(element);
            const by = parseFloat(outlineOffset) + parseFloat(outlineWidth) - 1;
            const box = element.getBoundingClientRect();
            for (let around = element.parentElement; around && by > 0; around = around.parentElement) {
              const style = getComputedStyle(around);
              const edge = around.getBoundingClientRect();
              if ((style.overflow !== 'visible' || style.contentVisibility === 'auto')
                && box.left - by < edge.left && box.right + by > edge.right && box.top - by < edge.top && box.bottom + by > edge.bottom) {
                return true;
              }
            }
            return false;
          };
          const found = [];
          for (const element of document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')) {
            element.focus({ preventScroll: true });
            if (document.activeElement !== element || !element.matches(':focus-visible')) {
              continue;
            }
            const shown = [element, element.nextElementSibling, element.closest('label'), element.closest('.composer')].find(shows);
            if (!shown || clipped(shown)) {
              found.push(element.outerHTML.slice(0, 120));
            }
          }
          return found.slice(0, 5);
        }
        """;

    // Contrast is measured after colours have stopped changing; a replaced transition rejects.
    private const string TransitionsEnded = "() => Promise.allSettled(document.getAnimations().filter(each => each instanceof CSSTransition).map(each => each.finished))";

    // The bar of a phone is fixed, so what does not fit it does not make the page scroll.
    private const string LinksOutsideTheBar =
        "[...document.querySelectorAll('.rail-link')].filter(link => link.getBoundingClientRect().right > innerWidth).map(link => link.textContent.trim())";

    private static readonly Dictionary<string, ButtonNames> Names = new()
    {
        ["en-US"] = new("Generate", "Select", "Delete", "Undo"),
        ["de-DE"] = new("Erzeugen", "Auswählen", "Löschen", "Rückgängig"),
    };

    private static readonly string[] Serious = ["serious", "critical"];

    private static readonly AxeRunOptions Wcag22AA = new()
    {
        ResultTypes = [ResultType.Violations],
        RunOnly = new RunOnlyOptions { Type = "tag", Values = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] },
    };

    /// <summary>The other width and theme in which a page is checked without loading it again.</summary>
    private (int Width, ColorScheme Scheme) second;

    private static IEnumerable<(string Route, bool Anonymous, bool Interactive)> Routes =>
        from type in typeof(Program).Assembly.GetTypes()
        from route in type.GetCustomAttributes<RouteAttribute>()
        orderby route.Template
        select (route.Template, type.IsDefined(typeof(AllowAnonymousAttribute)), !type.IsDefined(typeof(ExcludeFromInteractiveRoutingAttribute)));

    /// <summary>Each page is loaded once, in one width and theme, and checked again in the other ones.</summary>
    [Theory]
    [InlineData("en-US", 1440, ColorScheme.Dark, 360, ColorScheme.Light)]
    [InlineData("de-DE", 360, ColorScheme.Dark, 1440, ColorScheme.Light)]
    public async Task Axe_OnEveryPage_FindsNothingSerious(string locale, int width, ColorScheme scheme, int otherWidth, ColorScheme otherScheme)
    {
        second = (otherWidth, otherScheme);
        var names = Names[locale];
        await using var member = await browser.OpenAsync(width, height: 900, scheme, locale: locale);
        await using var stranger = await browser.OpenAsync(width, height: 900, scheme, locale: locale);
        var values = await MakeSomethingAsync(member);
        await Expect(member.Page.Locator(".generate")).ToHaveTextAsync(names.Generate);
        var findings = await LookAtRoutesAsync(member, stranger, values);
        findings.AddRange(await LookAtViewerAsync(member));
        findings.AddRange(await LookAtTransientsAsync(member, values, names));

        await Expect(member.Page.Locator("html")).ToHaveAttributeAsync("lang", locale.Split('-')[0]);
        Assert.True(findings.Count == 0, string.Join(Environment.NewLine, findings.Distinct()));
        Assert.Empty(member.Complaints);
    }

    [Fact]
    public async Task AddressWithAnId_OpenedDirectlyOrReloaded_ShowsWhatItNames_AndIsMissingForAnotherId()
    {
        await using var tab = await browser.OpenAsync();
        var values = await MakeSomethingAsync(tab);
        var nothing = values.ToDictionary(value => value.Key, _ => Guid.NewGuid().ToString());
        var findings = new List<string>();
        foreach (var route in Routes.Select(each => each.Route).Where(route => route.Contains('{', StringComparison.Ordinal)).Concat(["/edit?image={ImageId}", "/change?image={ImageId}"]))
        {
            var path = Fill(route, values);
            var opened = await tab.Page.GotoAsync(new Uri(studio.Address, path).ToString());
            var reloaded = await tab.Page.ReloadAsync();
            await Expect(tab.Page.Locator("[data-loading]")).ToHaveCountAsync(0);
            findings.AddRange(new[] { opened, reloaded }.Where(response => response!.Status != 200).Select(response => $"{path}: {response!.Status}"));
            if (!route.Contains('?', StringComparison.Ordinal))
            {
                var missing = await tab.Page.GotoAsync(new Uri(studio.Address, Fill(route, nothing)).ToString());
                findings.AddRange(missing!.Status == 404 ? [] : [$"{route} of nothing: {missing.Status}"]);
            }
        }

        Assert.True(findings.Count == 0, string.Join(Environment.NewLine, findings));
    }

    private async Task<List<string>> LookAtRoutesAsync(Tab member, Tab stranger, Dictionary<string, string> values)
    {
        var findings = new List<string>();
        foreach (var (route, anonymous, interactive) in Routes)
        {
            var path = Fill(route, values);
            var tab = anonymous ? stranger : member;
            await (anonymous ? tab.Page.GotoAsync(new Uri(studio.Address, path).ToString()) : tab.VisitAsync(studio.Address, path));
            await Expect(tab.Page.Locator("h1")).ToHaveCountAsync(1);

            // A page that becomes interactive is drawn again, and has no title for a moment.
            if (interactive && await tab.Page.Locator(".studio").CountAsync() > 0)
            {
                await tab.Page.WaitForSelectorAsync(".studio[data-live]");
            }

            await Expect(tab.Page).ToHaveTitleAsync(AnyText());
            findings.AddRange(await LookAsync(tab, path));
        }

        return findings;
    }

    private async Task<List<string>> LookAsync(Tab tab, string path)
    {
        var findings = await LookInThisViewAsync(tab, path);
        var weight = await tab.Page.EvaluateAsync<long>(Weight);
        Assert.True(weight > 0);
        var heaviest = string.Join(", ", await tab.Page.EvaluateAsync<string[]>(Heaviest));
        findings.AddRange(weight <= HeaviestPage ? [] : [$"{path}: weighs {weight} bytes, of these {heaviest}"]);
        findings.AddRange(await LookInViewAsync(tab, path, second.Width, second.Scheme));
        await tab.Page.Keyboard.PressAsync("Tab");
        var unseen = await tab.Page.EvaluateAsync<string[]>(FocusWithoutOutline);
        findings.AddRange(unseen.Select(element => $"{path}: focus is invisible on {element}"));
        return findings;
    }

    private static async Task<List<string>> LookInViewAsync(Tab tab, string path, int width, ColorScheme scheme)
    {
        var loaded = tab.Page.ViewportSize!;
        var loadedScheme = await tab.Page.EvaluateAsync<bool>("matchMedia('(prefers-color-scheme: light)').matches") ? ColorScheme.Light : ColorScheme.Dark;
        await tab.Page.EmulateMediaAsync(new() { ColorScheme = scheme });
        await tab.Page.SetViewportSizeAsync(width, loaded.Height);
        await tab.Page.EvaluateAsync(TransitionsEnded);
        var findings = await LookInThisViewAsync(tab, path);
        await tab.Page.EmulateMediaAsync(new() { ColorScheme = loadedScheme });
        await tab.Page.SetViewportSizeAsync(loaded.Width, loaded.Height);
        await tab.Page.EvaluateAsync(TransitionsEnded);
        return findings;
    }

    private static async Task<List<string>> LookInThisViewAsync(Tab tab, string path)
    {
        var language = await tab.Page.EvaluateAsync<string>("document.documentElement.lang");
        var view = $"{path} ({language}, {tab.Page.ViewportSize!.Width} px)";
        await tab.SaveAsync($"{path.Trim('/').Replace('/', '-')}-{language}-{tab.Page.ViewportSize.Width}");
        var fits = await tab.Page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth");
        var outside = await tab.Page.EvaluateAsync<string[]>(LinksOutsideTheBar);
        var found = await tab.Page.RunAxe(Wcag22AA);
        Assert.NotEmpty(found.Passes);
        return [.. found.Violations
            .Where(violation => Serious.Contains(violation.Impact))
            .Select(violation => $"{view}: {violation.Id}, {violation.Help}: {string.Join(" | ", violation.Nodes.Select(node => node.Html).Take(3))}")
            .Concat(outside.Select(link => $"{view}: {link} is outside the screen"))
            .Concat(fits ? [] : [$"{view}: scrolls sideways"])];
    }

    private async Task<List<string>> LookAtViewerAsync(Tab tab)
    {
        await tab.GoAsync(studio.Address, "/gallery");
        await tab.Page.Locator(".thumb").First.ClickAsync();
        await Expect(tab.Page.Locator(".viewer[open]")).ToBeVisibleAsync();
        return await LookAsync(tab, "/gallery with the viewer open");
    }

    // Everything that opens over a page: menus, dialogs, toasts of every severity.
    private async Task<List<string>> LookAtTransientsAsync(Tab tab, Dictionary<string, string> values, ButtonNames names)
    {
        var findings = new List<string>();
        await tab.GoAsync(studio.Address, "/gallery");
        await tab.Page.Locator(".filters > summary").ClickAsync();
        findings.AddRange(await LookAsync(tab, "/gallery with the filters open"));
        await tab.GoAsync(studio.Address, "/gallery");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = names.Select, Exact = true }).ClickAsync();
        await tab.Page.Locator(".thumb-pick").First.ClickAsync();
        await tab.Page.Locator(".selection summary").ClickAsync();
        findings.AddRange(await LookAsync(tab, "/gallery with a selection"));

        // On a phone the open menu covers the buttons below it.
        await tab.Page.Locator(".selection summary").ClickAsync();
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = names.Delete, Exact = true }).ClickAsync();
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = names.Undo, Exact = true }).HoverAsync();
        await tab.Page.EvaluateAsync("""
            () => {
              const toast = document.querySelector('.mud-snackbar');
              for (const severity of ['info', 'success', 'warning', 'error']) {
                const copy = toast.cloneNode(true);
                copy.className = copy.className.replaceAll('normal', severity);
                toast.after(copy);
              }
              document.querySelector('.reconnect').classList.add('components-reconnect-show');
              document.documentElement.dataset.connection = 'lost';
            }
            """);
        findings.AddRange(await LookAsync(tab, "/gallery with toasts"));
        await tab.GoAsync(studio.Address, $"/boards/{values["BoardId"]}");
        await tab.Page.Locator(".board-settings > summary").ClickAsync();
        findings.AddRange(await LookAsync(tab, "/boards with the settings open"));
        foreach (var (dialog, name) in new[] { (".zones", "the choice for a picture"), ("#session-over", "the notice that the session is over"), ("#confirm", "a question") })
        {
            await tab.GoAsync(studio.Address);
            await tab.Page.Locator(dialog).EvaluateAsync("dialog => dialog.showModal()");
            findings.AddRange(await LookAsync(tab, $"/ with {name}"));
        }

        return findings;
    }

    /// <summary>The names of buttons in the language of the page.</summary>
    private sealed record ButtonNames(string Generate, string Select, string Delete, string Undo);

    // A new route parameter needs a value here.
    private static string Fill(string route, Dictionary<string, string> values) =>
        RouteValue().Replace(route, part => values[part.Groups[1].Value]);

    [GeneratedRegex(".")]
    private static partial Regex AnyText();

    [GeneratedRegex("{([A-Za-z]+)(?::guid)?}")]
    private static partial Regex RouteValue();

    private async Task<Dictionary<string, string>> MakeSomethingAsync(Tab tab)
    {
        var person = await studio.PersonAsync("looked-at@example.com", PersonRoles.Member);
        await tab.GoAsync(studio.Address);
        await tab.Page.FillAsync("#prompt", "a red cube");
        await tab.Page.PressAsync("#prompt", "Enter");
        await tab.Page.WaitForSelectorAsync(".run[data-state=done]");
        var job = await tab.Page.Locator(".run").First.GetAttributeAsync("data-job");
        var picture = await tab.Tiles.First.Locator("a.tile-link").GetAttributeAsync("href");
        var (board, token) = await studio.ShareBoardAsync("Cubes");
        var drawn = picture!.Split("picture=")[1];
        await studio.AddStyleAsync("Ink");
        await studio.AddBiasAuditAsync("Another audit", Guid.Parse(drawn));
        return new()
        {
            ["AuditId"] = (await studio.AddBiasAuditAsync("Cubes and rings", Guid.Parse(drawn))).ToString(),
            ["BoardId"] = board.ToString(),
            ["DatasetId"] = (await studio.AddDatasetAsync("Cubes and rings", Guid.Parse(drawn))).ToString(),
            ["Token"] = token,
            ["ImageId"] = drawn,
            ["JobId"] = job!,
            ["PersonId"] = person.Id.ToString(),
        };
    }
}
