using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using PromptCanvas.Web.HandOver;
using PromptCanvas.Web.Tests.Fakes;
using static Microsoft.Playwright.Assertions;

namespace PromptCanvas.Journeys;

/// <summary>Two nodes behind HAProxy with the file of <c>deploy/</c>; the node under the page leaves or dies.</summary>
public sealed class HandOverTests(Browser browser) : IClassFixture<Browser>, IAsyncDisposable
{
    private const string HaProxy = "/usr/sbin/haproxy";
    private readonly string folder = Directory.CreateTempSubdirectory("promptcanvas-handover-").FullName;
    private readonly Dictionary<string, Studio> nodes = [];
    private Process? haproxy;

    [Fact]
    public async Task Page_NodeLeaves_GoesOnAtTheOtherWithoutLoadingAgain()
    {
        var address = await StartAsync();
        await using var tab = await browser.OpenAsync();
        await tab.GoAsync(address);
        var first = await NodeOfAsync(tab);
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
    public async Task Page_EnterWhileItMoves_IsKeptForTheOtherNode()
    {
        var address = await StartAsync();
        await using var tab = await browser.OpenAsync();
        await tab.GoAsync(address);
        var first = await NodeOfAsync(tab);
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

    [Fact]
    public async Task Page_NodeIsGone_LoadsAgainAtTheOtherAndKeepsThePrompt()
    {
        var address = await StartAsync();
        await using var tab = await browser.OpenAsync();
        tab.LeavingServer = true;
        await tab.GoAsync(address);
        var first = await NodeOfAsync(tab);
        await tab.Page.EvaluateAsync("window.stays = true");
        await tab.Page.FillAsync("#prompt", "a red cube");

        await nodes[first].DisposeAsync();
        nodes.Remove(first);

        await tab.Page.WaitForFunctionAsync("() => window.stays === undefined && document.querySelector('.studio[data-live]')");
        await Expect(tab.Page.Locator("#prompt")).ToHaveValueAsync("a red cube");
        await tab.Page.PressAsync("#prompt", "Enter");
        await tab.Page.WaitForSelectorAsync(".run[data-state=done]");
    }

    public async ValueTask DisposeAsync()
    {
        if (haproxy is { HasExited: false })
        {
            haproxy.Kill();
            await haproxy.WaitForExitAsync();
        }

        haproxy?.Dispose();
        foreach (var node in nodes.Values)
        {
            await node.DisposeAsync();
        }

        Directory.Delete(folder, recursive: true);
    }

    private static async Task<string> NodeOfAsync(Tab tab) =>
        Assert.Single(await tab.Page.Context.CookiesAsync(), cookie => cookie.Name == "studio-node").Value;

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private async Task<Uri> StartAsync()
    {
        Assert.SkipUnless(File.Exists(HaProxy), "HAProxy is not installed (Debian: apt-get install haproxy).");
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

        var address = new Uri($"http://127.0.0.1:{FreePort()}/");
        haproxy = Process.Start(new ProcessStartInfo(HaProxy, ["-db", "-f", Path.Combine(RealStudio.RepoRoot, "deploy", "haproxy", "haproxy.cfg")])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["STUDIO_BIND"] = address.Authority, ["NODE_A"] = nodes["a"].ClientOptions.BaseAddress.Authority, ["NODE_B"] = nodes["b"].ClientOptions.BaseAddress.Authority },
        })!;
        haproxy.BeginOutputReadLine();
        haproxy.BeginErrorReadLine();
        using var client = new HttpClient();
        while (!await AnswersAsync(client, address))
        {
            Assert.False(haproxy.HasExited, "HAProxy did not start.");
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }

        return address;
    }

    private static async Task<bool> AnswersAsync(HttpClient client, Uri address)
    {
        try
        {
            using var answer = await client.GetAsync(new Uri(address, "health/live"), TestContext.Current.CancellationToken);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
