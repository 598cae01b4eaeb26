using Microsoft.Playwright;

using static Microsoft.Playwright.Assertions;

namespace PromptCanvas.Journeys;

/// <summary>What open tabs say when their session ends.</summary>
public sealed class SignedOutTests(Browser browser, ScriptedStudio studio) : IClassFixture<Browser>, IClassFixture<ScriptedStudio>
{
    [Fact]
    public async Task SignOutEverywhere_EveryOpenTab_SaysSo_AndReturns()
    {
        await using var live = await browser.OpenAsync();
        await live.GoAsync(studio.Address, "/gallery?q=cube");
        await using var form = await browser.OpenAsync();
        await form.VisitAsync(studio.Address, "/account/keys");
        await using var here = await browser.OpenAsync();
        await here.VisitAsync(studio.Address, "/account");
        await here.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Sign out on all devices" }).ClickAsync();
        await here.Page.Locator("[data-confirm-yes]").ClickAsync();

        await Task.WhenAll(
            Expect(live.Page.GetByText("You were signed out")).ToBeVisibleAsync(),
            Expect(form.Page.GetByText("You were signed out")).ToBeVisibleAsync());
        await Expect(live.Page.Locator(".reconnect")).ToBeHiddenAsync();
        await live.Page.Locator("[data-session-return]").ClickAsync();
        await live.Page.GetByLabel("E-mail address").FillAsync(Web.Tests.Fakes.Studio.AdministratorEmail);
        await live.Page.GetByLabel("Password").FillAsync(Web.Tests.Fakes.Studio.Password);
        await live.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Sign in", Exact = true }).ClickAsync();
        await live.Page.WaitForURLAsync(new Uri(studio.Address, "/gallery?q=cube").ToString());
    }
}
