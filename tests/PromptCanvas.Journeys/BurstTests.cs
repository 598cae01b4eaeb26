using System.Text.Json;

using PromptCanvas.Data.People;
using PromptCanvas.Web.Tests.Fakes;

using static Microsoft.Playwright.Assertions;

namespace PromptCanvas.Journeys;

/// <summary>Messages that scripts send over a page's circuit are limited like API requests.</summary>
public sealed class BurstTests(Browser browser, ScriptedStudio studio) : IClassFixture<Browser>, IClassFixture<ScriptedStudio>
{
    [Fact]
    public async Task Generate_PressedFiftyTimesAtOnce_IsOneJobAndOneCharge()
    {
        await using var tab = await browser.OpenAsync();
        await tab.GoAsync(studio.Address);
        using var program = await ProgramAsync();
        var before = await UsedAsync(program);
        studio.Engine.Gate.Reset();
        await tab.Page.FillAsync("#prompt", "fifty presses");

        // In one turn of the event loop, so that all fifty are sent before the first is answered.
        await tab.Page.EvaluateAsync("() => { const button = document.querySelector('.generate'); for (let press = 0; press < 50; press++) button.click(); }");
        await Expect(tab.Page.Locator(".run-prompt").First).ToHaveTextAsync("fifty presses");
        await tab.Page.WaitForURLAsync("**/jobs/**");

        var jobs = await ReadAsync(program, "/api/jobs");
        Assert.Single(jobs.EnumerateArray(), job => job.GetProperty("prompt").GetString() == "fifty presses");
        Assert.Equal(4, await UsedAsync(program) - before);
        studio.Engine.Gate.Set();
        await tab.Page.WaitForSelectorAsync(".run[data-state=done]");
        Assert.Equal(4, await UsedAsync(program) - before);
    }

    [Fact]
    public async Task Choice_ThatIsNotOffered_IsRefusedAndChargesNothing()
    {
        await using var tab = await browser.OpenAsync();
        await tab.GoAsync(studio.Address);
        using var program = await ProgramAsync();
        var before = await UsedAsync(program);
        await tab.Page.FillAsync("#prompt", "a size of my own");
        await tab.Page.EvaluateAsync("""
            () => {
                const size = document.querySelector('.composer-options select');
                size.options[0].value = '4096';
                size.selectedIndex = 0;
                size.dispatchEvent(new Event('change', { bubbles: true }));
            }
            """);
        await tab.Page.PressAsync("#prompt", "Enter");

        await Expect(tab.Page.Locator("#composer-refusal")).ToContainTextAsync("4096 pixels are not offered");
        await Expect(tab.Page.Locator(".run")).ToHaveCountAsync(0);
        Assert.Equal(before, await UsedAsync(program));
    }

    private static async Task<int> UsedAsync(HttpClient program) => (await ReadAsync(program, "/api/me/quota")).GetProperty("used").GetInt32();

    private static async Task<JsonElement> ReadAsync(HttpClient program, string path)
    {
        using var document = JsonDocument.Parse(await program.GetStringAsync(path, TestContext.Current.CancellationToken));
        return document.RootElement.Clone();
    }

    // A key of the same person; the browser has their session.
    private async Task<HttpClient> ProgramAsync()
    {
        var person = await studio.PersonAsync(Studio.AdministratorEmail, PersonRoles.Administrator);
        var client = new HttpClient { BaseAddress = studio.Address };
        client.DefaultRequestHeaders.Authorization = new("Bearer", person.Key);
        return client;
    }
}
