using Microsoft.Playwright;

using static Microsoft.Playwright.Assertions;

namespace PromptCanvas.Journeys;

/// <summary>The sign-in and account pages.</summary>
public sealed class AccountPageTests(Browser browser, ScriptedStudio studio) : IClassFixture<Browser>, IClassFixture<ScriptedStudio>
{
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
        await tab.Page.GetByLabel("Passkey name").FillAsync("test key");
        await tab.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Add a passkey" }).ClickAsync();
        await Expect(tab.Page.Locator(".rows strong")).ToHaveTextAsync("test key");

        await tab.VisitAsync(localhost, "/account");
        await tab.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Sign out", Exact = true }).ClickAsync();
        await tab.Page.WaitForSelectorAsync("html[data-passkeys]");
        await tab.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Sign in with a passkey" }).ClickAsync();

        await Expect(tab.Page.Locator(".studio")).ToBeVisibleAsync();
        Assert.Empty(tab.Complaints);
    }
}
