using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using PromptCanvas.Web.HandOver;
using PromptCanvas.Web.Tests.Fakes;
using PromptCanvas.Web.Tests.Faults;
using static Microsoft.Playwright.Assertions;

namespace PromptCanvas.Journeys;

/// <summary>Two nodes behind HAProxy with the file of <c>deploy/</c>; the node under the page leaves.</summary>
public sealed class HandOverTests(Browser browser) : IClassFixture<Browser>, IAsyncDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("promptcanvas-handover-").FullName;
    private readonly Dictionary<string, Studio> nodes = [];
    private Balancer? balancer;

    [Fact]
    public async Task Page_NodeLeaves_GoesOnAtTheOtherWithoutLoadingAgain()
    {
        var address = await StartAsync();
        await using var tab = await browser.OpenAsync();
        await tab.GoAsync(address);
        var first = await tab.NodeAsync();
        await tab.Page.EvaluateAsync("window.stays = true");
        await tab.Page.FillAsync("#prompt", "a red cube");

        nodes[first].Services.GetRequiredService<Drain>().Begin();

        var second = first == "a" ? "b" : "a";
        await tab.Page.WaitForFunctionAsync("node => document.cookie.includes(`studio-node=${node}`) && document.querySelector('html:not([data-connection]) .studio[data-live]')", second);
        Assert.True(await tab.Page.EvaluateAsync<bool>("window.stays === true"));
        await Expect(tab.Page.Locator("#prompt")).ToHaveValueAsync("a red cube");
        await tab.Page.PressAsync("#prompt", "Enter");
        await tab.Page.WaitForSelectorAsync(".run[data-state=done]");
        Assert.Empty(tab.Complaints);
    }

    [Fact]
    public async Task Gallery_NodeLeaves_TheSelectionAndItsZipFileMoveAlong()
    {
        var address = await StartAsync();
        await using var tab = await browser.OpenAsync();
        await tab.MakeAsync(address, "a red cube");
        await tab.GoAsync(address, "/gallery");
        var first = await tab.NodeAsync();
        await tab.Page.EvaluateAsync("window.stays = true");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Select", Exact = true }).ClickAsync();
        await tab.Page.Locator(".thumb-pick").Nth(0).ClickAsync();
        await tab.Page.Locator(".thumb-pick").Nth(2).ClickAsync();
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Download", Exact = true }).ClickAsync();
        var zip = tab.Page.Locator("a[href^='api/bundles/']");
        var before = await zip.GetAttributeAsync("href");

        nodes[first].Services.GetRequiredService<Drain>().Begin();

        await Expect(zip).Not.ToHaveAttributeAsync("href", before!);
        Assert.True(await tab.Page.EvaluateAsync<bool>("window.stays === true"));
        Assert.NotEqual(first, await tab.NodeAsync());
        await Expect(tab.Page.Locator(".selection strong")).ToHaveTextAsync("2 selected");
        await Expect(tab.Page.Locator(".thumb-pick[aria-pressed=true]")).ToHaveCountAsync(2);
        Assert.Equal(200, await tab.Page.EvaluateAsync<int>("async () => (await fetch(document.querySelector(\"a[href^='api/bundles/']\").href)).status"));
        Assert.Empty(tab.Complaints);
    }

    [Fact]
    public async Task Page_EnterWhileItMoves_IsKeptForTheOtherNode()
    {
        var address = await StartAsync();
        await using var tab = await browser.OpenAsync();
        await tab.GoAsync(address);
        var first = await tab.NodeAsync();
        await tab.Page.FillAsync("#prompt", "a red cube");
        await tab.Page.EvaluateAsync(
            """
            () => {
              window.stays = true;
              const move = moveToAnotherNode;
              const press = () => document.getElementById('prompt').dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }));
              globalThis.moveToAnotherNode = () => { move(); setTimeout(press); };
            }
            """);

        nodes[first].Services.GetRequiredService<Drain>().Begin();

        await tab.Page.WaitForSelectorAsync(".run[data-state=done]");
        Assert.True(await tab.Page.EvaluateAsync<bool>("window.stays === true"));
        Assert.Empty(tab.Complaints);
    }

    public async ValueTask DisposeAsync()
    {
        if (balancer is not null)
        {
            await balancer.DisposeAsync();
        }

        foreach (var node in nodes.Values)
        {
            await node.DisposeAsync();
        }

        Directory.Delete(folder, recursive: true);
    }

    private async Task<Uri> StartAsync()
    {
        foreach (var name in (string[])["a", "b"])
        {
            var node = new Studio(folder)
            {
                Settings = { ["Generation:SharedQueue"] = "true", ["TrustedProxies"] = "127.0.0.1", ["Drain:NoticeSeconds"] = "2", ["Drain:Seconds"] = "60" },
            };
            node.UseKestrel(0);
            node.StartServer();
            _ = node.Administrator;
            nodes[name] = node;
        }

        balancer = await Balancer.StartAsync(StudioProcess.FreePort(), [.. nodes.Values.Select(node => node.ClientOptions.BaseAddress.Authority)]);
        return balancer.Address;
    }
}
