using System.Text.RegularExpressions;

using Microsoft.Playwright;

using PromptCanvas.Data.People;

using static Microsoft.Playwright.Assertions;

namespace PromptCanvas.Journeys;

/// <summary>Account, people, notifications and a lack of credits, looked at on a wide screen and on a phone.</summary>
public sealed class AccountToolsTests(Browser browser, ScriptedStudio studio) : IClassFixture<Browser>, IClassFixture<ScriptedStudio>
{
    [Theory]
    [InlineData(1440, ColorScheme.Dark)]
    [InlineData(360, ColorScheme.Light)]
    public async Task SecondFactor_ShowsAQrCode_AndPasswordsCanBeShown(int width, ColorScheme scheme)
    {
        await using var tab = await browser.OpenAsync(width, height: 900, scheme);
        var email = $"careful{width}@example.com";
        await studio.PersonAsync(email, PersonRoles.Member);
        await tab.SignInAsync(studio.Address, email);
        await tab.VisitAsync(studio.Address, "/account/second-factor");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Set up" }).ClickAsync();
        await Expect(tab.Page.Locator("svg.qr path")).ToHaveAttributeAsync("d", new Regex("M[0-9]+ [0-9]+h1"));
        await tab.SaveAsync($"second-factor-{width}");
        await tab.Page.Locator(".back-link a").ClickAsync();
        await Expect(tab.Page).ToHaveURLAsync(new Regex("/account$"));

        var password = tab.Page.GetByLabel("Current password");
        await password.FillAsync("three plain words");
        await tab.Page.Locator("[data-show-password]").First.ClickAsync();
        await Expect(password).ToHaveAttributeAsync("type", "text");
        await tab.SaveAsync($"account-{width}");
        await tab.VisitAsync(studio.Address, "/account/sessions");
        await Expect(tab.Page.Locator(".rows .badge")).ToHaveTextAsync("This browser");
        await tab.SaveAsync($"sessions-{width}");
        await tab.VisitAsync(studio.Address, "/account/keys");
        await Expect(tab.Page.Locator(".sample[open] code")).ToContainTextAsync($"curl {studio.Address.ToString().TrimEnd('/')}/api/jobs");
        await tab.SaveAsync($"keys-{width}");
        Assert.True(await tab.Page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"), "The page scrolls sideways.");
        Assert.Empty(tab.Complaints);
    }

    [Theory]
    [InlineData(1440, ColorScheme.Light)]
    [InlineData(360, ColorScheme.Dark)]
    public async Task ShortOfCredits_MakesFewerOrAsks_AndTheBellTellsOfTheGrant(int width, ColorScheme scheme)
    {
        var email = $"poor{width}@example.com";
        var person = await studio.PersonAsync(email, PersonRoles.Member);
        await studio.AllowAsync(person.Id, 2);
        await using var tab = await browser.OpenAsync(width, height: 900, scheme);
        await tab.SignInAsync(studio.Address, email);
        await Expect(tab.Page.Locator(".credit-note-short")).ToContainTextAsync("4 credits · 2 left");
        await tab.SaveAsync($"credits-short-{width}");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Make 2 instead" }).ClickAsync();
        await Expect(tab.Page.Locator("[data-credits]")).ToContainTextAsync("2 credits · 2 left");

        await tab.Page.Locator(".stepper button").Last.ClickAsync();
        await tab.Page.GetByRole(AriaRole.Link, new() { Name = "Ask for credits" }).ClickAsync();
        await Expect(tab.Page).ToHaveURLAsync(new Regex("/account/usage\\?ask=yes$"));
        await tab.Page.GetByLabel("What for").FillAsync("the spring poster");
        await tab.SaveAsync($"credits-ask-{width}");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Ask for credits" }).ClickAsync();
        await Expect(tab.Page.Locator("#ask")).ToContainTextAsync("You get a notification when");

        await using var administrator = await browser.OpenAsync(width, height: 900, scheme);
        await administrator.VisitAsync(studio.Address, "/admin/people");
        await Expect(administrator.Page.Locator("#requests")).ToContainTextAsync("the spring poster");
        await administrator.SaveAsync($"credits-requests-{width}");
        await administrator.Page.Locator(".people-search").ScrollIntoViewIfNeededAsync();
        await administrator.SaveAsync($"people-{width}");
        Assert.True(await administrator.Page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"), "The page scrolls sideways.");
        await administrator.Page.GetByRole(AriaRole.Button, new() { Name = "Add 50 credits" }).ClickAsync();
        await Expect(administrator.Page.Locator("#requests")).ToHaveCountAsync(0);

        await tab.GoAsync(studio.Address);
        await Expect(tab.Page.Locator(".bell-count")).ToHaveTextAsync("1");
        await tab.Page.Locator(".bell").ClickAsync();
        await Expect(tab.Page.Locator("#notices")).ToContainTextAsync("added 50 credits");
        await tab.SaveAsync($"notifications-{width}");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Mark as read" }).ClickAsync();
        await Expect(tab.Page.Locator("#notices .badge")).ToHaveCountAsync(0);
        Assert.Empty(tab.Complaints);
    }
}
