using System.Text.RegularExpressions;
using Microsoft.Playwright;

using NetVips;

using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Journeys;

/// <summary>A browser tab that records console errors, script exceptions and CSP violations.</summary>
public sealed partial class Tab : IAsyncDisposable
{
    // Text stays sharp, and a picture has 10 to 40 KB; a whole page has more.
    private const int TourQuality = 60;

    private readonly IBrowserContext context;

    public Tab(IBrowserContext context, IPage page)
    {
        this.context = context;
        Page = page;
        page.Console += (_, message) =>
        {
            if (message.Type is "error" && !LeavingServer)
            {
                Complaints.Add(message.Text);
            }
        };
        page.PageError += (_, fault) => Complaints.Add(fault);
    }

    public IPage Page { get; }

    public List<string> Complaints { get; } = [];

    /// <summary>Set while the server is down on purpose, so that connection errors are ignored.</summary>
    public bool LeavingServer { get; set; }

    /// <summary>The node of the browser behind the balancer.</summary>
    public async Task<string> NodeAsync() => Assert.Single(await Page.Context.CookiesAsync(), cookie => cookie.Name == "studio-node").Value;

    /// <summary>Moves fingers over the page, each from its first point to its last.</summary>
    public async Task FingersAsync(params (float X, float Y, float ToX, float ToY)[] fingers)
    {
        const int steps = 8;
        var devtools = await context.NewCDPSessionAsync(Page);
        for (var step = 0; step <= steps; step++)
        {
            var points = fingers.Select((finger, id) => new { x = finger.X + ((finger.ToX - finger.X) * step / steps), y = finger.Y + ((finger.ToY - finger.Y) * step / steps), id }).ToArray();
            await devtools.SendAsync("Input.dispatchTouchEvent", new() { ["type"] = step == 0 ? "touchStart" : "touchMove", ["touchPoints"] = points });
        }

        await devtools.SendAsync("Input.dispatchTouchEvent", new() { ["type"] = "touchEnd", ["touchPoints"] = Array.Empty<object>() });
        await devtools.DetachAsync();
    }

    public ILocator Tiles => Page.Locator(".tile");

    /// <summary>Opens a page that needs a circuit; signs in on the way if necessary.</summary>
    public async Task GoAsync(Uri studio, string path = "/")
    {
        await VisitAsync(studio, path);
        await Page.WaitForSelectorAsync(".studio[data-live]");
    }

    /// <summary>Opens a page; signs in on the way if necessary.</summary>
    public async Task VisitAsync(Uri studio, string path)
    {
        await Page.GotoAsync(new Uri(studio, path).ToString());
        if (!Page.Url.Contains("/sign-in", StringComparison.Ordinal))
        {
            return;
        }

        // In either language.
        await Page.GetByLabel(EmailLabel()).FillAsync(Studio.AdministratorEmail);
        await Page.GetByLabel(PasswordLabel()).FillAsync(Studio.Password);
        await Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { NameRegex = SignInLabel() }).ClickAsync();
        await Page.WaitForURLAsync(new Uri(studio, path).ToString());
    }

    /// <summary>Signs in as a person of the test and opens the start page.</summary>
    public async Task SignInAsync(Uri studio, string email)
    {
        await Page.GotoAsync(new Uri(studio, "/sign-in").ToString());
        await Page.GetByLabel("E-mail address").FillAsync(email);
        await Page.GetByLabel("Password").FillAsync(Studio.Password);
        await Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Sign in", Exact = true }).ClickAsync();
        await Page.WaitForSelectorAsync(".studio[data-live]");
    }

    /// <summary>Makes the pictures of a prompt on the start page.</summary>
    public async Task MakeAsync(Uri studio, string prompt)
    {
        await GoAsync(studio);
        await Page.FillAsync("#prompt", prompt);
        await Page.PressAsync("#prompt", "Enter");
        await Page.WaitForSelectorAsync(".run[data-state=done]");
    }

    /// <summary>If PROMPTCANVAS_SCREENS is set, saves a screenshot under artifacts/screens, for inspection.</summary>
    public async Task SaveAsync(string name)
    {
        if (Environment.GetEnvironmentVariable("PROMPTCANVAS_SCREENS") is null)
        {
            return;
        }

        var path = Path.Combine(RealStudio.RepoRoot, "artifacts", "screens", $"{name}.png");
        await Page.ScreenshotAsync(new PageScreenshotOptions { Path = path });
    }

    /// <summary>If PROMPTCANVAS_TOUR is set, saves a screenshot for docs/tour.</summary>
    public async Task ShowAsync(string name, bool wholePage = false)
    {
        if (Environment.GetEnvironmentVariable("PROMPTCANVAS_TOUR") is null)
        {
            return;
        }

        var size = Page.ViewportSize!;
        if (wholePage)
        {
            // Enlarge the viewport to the whole page; otherwise fixed elements would appear in the middle of the screenshot.
            await Page.SetViewportSizeAsync(size.Width, await Page.EvaluateAsync<int>("document.documentElement.scrollHeight"));
        }

        // Wait for pictures that are still loading.
        await Page.WaitForLoadStateAsync(LoadState.NetworkIdle);
        using var picture = Image.PngloadBuffer(await Page.ScreenshotAsync(new PageScreenshotOptions { Animations = ScreenshotAnimations.Disabled }));
        picture.Webpsave(Path.Combine(RealStudio.RepoRoot, "docs", "tour", $"{name}.webp"), q: TourQuality, effort: 6, keep: Enums.ForeignKeep.None);
        await Page.SetViewportSizeAsync(size.Width, size.Height);
    }

    public ValueTask DisposeAsync() => context.DisposeAsync();

    [GeneratedRegex("E-(mail address|Mail-Adresse)")]
    private static partial Regex EmailLabel();

    [GeneratedRegex("Passwor[dt]")]
    private static partial Regex PasswordLabel();

    [GeneratedRegex("^(Sign in|Anmelden)$")]
    private static partial Regex SignInLabel();
}
