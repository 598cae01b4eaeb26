using Microsoft.Playwright;
using PromptCanvas.Diffusion.Engine;
using static Microsoft.Playwright.Assertions;

namespace PromptCanvas.Journeys;

/// <summary>A bias audit as an administrator does it.</summary>
public sealed class BiasPageTests(Browser browser, ScriptedStudio studio) : IClassFixture<Browser>, IClassFixture<ScriptedStudio>
{
    [Fact]
    public async Task Audit_FromTheFormToTheComparison_AndDeleted()
    {
        studio.Engine.Clip = input => input is TextInput { Text: var text } && !text.Contains("red", StringComparison.Ordinal) ? [0, 1] : [1, 0];
        studio.Engine.Captions = ["a red cube", "a blue cube", "a red ring", "a blue ring"];
        await using var tab = await browser.OpenAsync();
        var name = await AuditAsync(tab, "First", "3");
        await AuditAsync(tab, "Second", "4");

        await Expect(tab.Page.GetByRole(AriaRole.List, new() { Name = "colour" }).GetByRole(AriaRole.Listitem).First).ToContainTextAsync("100.0%");
        await Expect(tab.Page.Locator(".bias-examples img").First).ToBeVisibleAsync();
        await tab.Page.GetByRole(AriaRole.Combobox, new() { Name = "With", Exact = true }).SelectOptionAsync(new SelectOptionValue { Label = name });
        await Expect(tab.Page.Locator(".bias-values").Last).ToContainTextAsync("0.0");

        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Delete" }).ClickAsync();
        await tab.Page.Locator("[data-confirm-yes]").ClickAsync();
        await tab.Page.WaitForURLAsync("**/admin/bias");
        await Expect(tab.Page.Locator("[data-bias]")).ToHaveCountAsync(1);
        Assert.Empty(tab.Complaints);
    }

    private async Task<string> AuditAsync(Tab tab, string name, string pictures)
    {
        await tab.GoAsync(studio.Address, "/admin/bias");
        await tab.Page.GetByLabel("Name", new() { Exact = true }).FillAsync(name);
        await tab.Page.GetByLabel("Neutral prompts").FillAsync("a cube");
        await tab.Page.GetByLabel("Pictures of each prompt").FillAsync(pictures);
        await tab.Page.GetByRole(AriaRole.Combobox, new() { Name = "Size", Exact = true }).SelectOptionAsync("64");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = $"Start ({pictures} credits)" }).ClickAsync();
        await Expect(tab.Page.Locator("#bias-state")).ToContainTextAsync($"done · {pictures} of {pictures}", new() { Timeout = 60_000 });
        return name;
    }
}
