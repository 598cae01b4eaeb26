using Microsoft.Playwright;

using static Microsoft.Playwright.Assertions;

namespace PromptCanvas.Journeys;

/// <summary>The door, the account pages and administration, as people meet them.</summary>
public sealed class AccountPageTests(Browser browser, ScriptedStudio studio) : IClassFixture<Browser>, IClassFixture<ScriptedStudio>
{
    private static readonly string[] SignedInPages =
    [
        "/account", "/account/keys", "/account/second-factor", "/account/passkeys", "/account/usage",
        "/admin/people", "/admin/queue", "/admin/usage", "/admin/models", "/admin/reports", "/admin/audit", "/admin/settings",
    ];

    [Theory]
    [InlineData(1440, ColorScheme.Dark)]
    [InlineData(1440, ColorScheme.Light)]
    [InlineData(360, ColorScheme.Dark)]
    [InlineData(360, ColorScheme.Light)]
    public async Task Pages_OnEveryScreen_FitAndComplainOfNothing(int width, ColorScheme scheme)
    {
        await using var tab = await browser.OpenAsync(width, height: 900, scheme);
        await tab.Page.GotoAsync(new Uri(studio.Address, "/sign-in").ToString());
        await LookAsync(tab, $"door-{width}-{scheme}");
        foreach (var path in SignedInPages)
        {
            await tab.VisitAsync(studio.Address, path);
            await Expect(tab.Page.Locator("h1")).ToHaveCountAsync(1);
            await LookAsync(tab, $"{path.Trim('/').Replace('/', '-')}-{width}-{scheme}");
        }

        Assert.Empty(tab.Complaints);
    }

    [Fact]
    public async Task Passkey_Added_OpensTheDoorByItself()
    {
        await using var tab = await browser.OpenAsync();
        var devtools = await tab.Page.Context.NewCDPSessionAsync(tab.Page);
        await devtools.SendAsync("WebAuthn.enable");
        await devtools.SendAsync("WebAuthn.addVirtualAuthenticator", new Dictionary<string, object>
        {
            ["options"] = new
            {
                protocol = "ctap2",
                transport = "internal",
                hasResidentKey = true,
                hasUserVerification = true,
                isUserVerified = true,
                automaticPresenceSimulation = true,
            },
        });
        var localhost = new UriBuilder(studio.Address) { Host = "localhost" }.Uri;
        await tab.VisitAsync(localhost, "/account/passkeys");
        await tab.Page.WaitForSelectorAsync("html[data-passkeys]");
        await tab.Page.GetByLabel("Name of the passkey").FillAsync("test key");
        await tab.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Add a passkey" }).ClickAsync();
        await Expect(tab.Page.Locator(".rows strong")).ToHaveTextAsync("test key");

        await tab.VisitAsync(localhost, "/account");
        await tab.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Sign out", Exact = true }).ClickAsync();
        await tab.Page.WaitForSelectorAsync("html[data-passkeys]");
        await tab.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Sign in with a passkey" }).ClickAsync();

        await Expect(tab.Page.Locator(".studio")).ToBeVisibleAsync();
        Assert.Empty(tab.Complaints);
    }

    private static async Task LookAsync(Tab tab, string name)
    {
        Assert.True(await tab.Page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"), $"{name} scrolls sideways.");
        await tab.SaveAsync($"account-{name.ToLowerInvariant()}");
    }
}
