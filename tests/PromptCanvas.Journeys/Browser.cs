using Microsoft.Playwright;

namespace PromptCanvas.Journeys;

/// <summary>One Chromium for all journeys.</summary>
public sealed class Browser : IAsyncLifetime
{
    // A machine that builds and trains at the same time is slow, so timeouts are long.
    private const float Patience = 60_000;
    private static readonly string[] Places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
    private IPlaywright? playwright;
    private IBrowser? browser;

    public async ValueTask InitializeAsync()
    {
        Assertions.SetDefaultExpectTimeout(Patience);
        playwright = await Playwright.CreateAsync();
        browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            // Without one of these, Playwright uses its own browser, which test.sh installs.
            ExecutablePath = Environment.GetEnvironmentVariable("CHROMIUM") ?? Places.FirstOrDefault(File.Exists),
            Args = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"],
        });
    }

    public async ValueTask DisposeAsync()
    {
        if (browser is not null)
        {
            await browser.DisposeAsync();
        }

        playwright?.Dispose();
    }

    /// <summary>Opens a tab that records its errors.</summary>
    /// <param name="locale">The browser's language, which the pages follow.</param>
    /// <param name="touch">Whether it is a phone: fingers, no pointer that hovers.</param>
    public async Task<Tab> OpenAsync(int width = 1440, int height = 900, ColorScheme scheme = ColorScheme.Dark, bool touch = false, string locale = "en-US")
    {
        var context = await browser!.NewContextAsync(new BrowserNewContextOptions
        {
            ViewportSize = new ViewportSize { Width = width, Height = height },
            ColorScheme = scheme,
            Locale = locale,
            HasTouch = touch,
            IsMobile = touch,
        });
        context.SetDefaultTimeout(Patience);
        return new Tab(context, await context.NewPageAsync());
    }
}
