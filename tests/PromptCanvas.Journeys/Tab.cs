using Microsoft.Playwright;

using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Journeys;

/// <summary>A browser tab, with everything it complained about: console errors, scripts' faults, violations of the content policy.</summary>
public sealed class Tab : IAsyncDisposable
{
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

    /// <summary>While set, the server is away on purpose and the browser may say so.</summary>
    public bool LeavingServer { get; set; }

    public ILocator Tiles => Page.Locator(".tile");

    /// <summary>Opens a page that needs a live connection; who is not signed in yet does so on the way.</summary>
    public async Task GoAsync(Uri studio, string path = "/")
    {
        await VisitAsync(studio, path);
        await Page.WaitForSelectorAsync(".studio[data-live]");
    }

    /// <summary>Opens a page; who is not signed in yet does so on the way.</summary>
    public async Task VisitAsync(Uri studio, string path)
    {
        await Page.GotoAsync(new Uri(studio, path).ToString());
        if (!Page.Url.Contains("/sign-in", StringComparison.Ordinal))
        {
            return;
        }

        await Page.GetByLabel("E-mail address").FillAsync(Studio.AdministratorEmail);
        await Page.GetByLabel("Password").FillAsync(Studio.Password);
        await Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Sign in", Exact = true }).ClickAsync();
        await Page.WaitForURLAsync(new Uri(studio, path).ToString());
    }

    /// <summary>Saves the page as a picture for looking at, under artifacts/screens.</summary>
    public async Task SaveAsync(string name)
    {
        var path = Path.Combine(RealStudio.RepoRoot, "artifacts", "screens", $"{name}.png");
        await Page.ScreenshotAsync(new PageScreenshotOptions { Path = path });
    }

    public ValueTask DisposeAsync() => context.DisposeAsync();
}
