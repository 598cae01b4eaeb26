using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using PromptCanvas.Data;
using PromptCanvas.Tests.Shared;
using PromptCanvas.Web.Tests.Cluster;
using PromptCanvas.Web.Tests.Fakes;
using static Microsoft.Playwright.Assertions;

namespace PromptCanvas.Journeys;

/// <summary>A page whose web node is killed, behind HAProxy; the jobs run in another process.</summary>
public sealed class LostNodeTests(Browser browser) : IClassFixture<Browser>, IAsyncDisposable
{
    // Notes what each page says about its connection, and presses Enter when nothing answers any more.
    private const string Watch =
        """
        new MutationObserver(() => {
          const state = document.documentElement?.dataset.connection;
          const notice = document.querySelector('.reconnect');
          if (!state || !notice?.checkVisibility()) {
            return;
          }
          if (state === 'lost' && sessionStorage.getItem('said-lost') === null) {
            document.getElementById('prompt').dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }));
          }
          sessionStorage.setItem(`said-${state}`, notice.innerText);
        }).observe(document, { attributes: true, childList: true, subtree: true });
        """;

    private readonly string folder = Directory.CreateTempSubdirectory("promptcanvas-lost-").FullName;
    private RedisServer? redis;
    private StudioCluster? cluster;

    [Fact]
    public async Task Page_NodeKilled_SaysSoAndGoesOnAtTheOtherWithEveryField_TheRunningJobAndAPressOfEnter()
    {
        var address = await StartAsync();
        await using var tab = await browser.OpenAsync();
        tab.LeavingServer = true;
        await tab.Page.AddInitScriptAsync(Watch);
        await tab.GoAsync(address);
        cluster!.Hold();
        await tab.Page.FillAsync("#prompt", "a red cube");
        await tab.Page.PressAsync("#prompt", "Enter");
        await tab.Page.WaitForSelectorAsync(".run[data-state=running] .tile[data-frame]");
        await tab.Page.FillAsync("#prompt", "a green hill");
        await FillTheFieldsAsync(tab.Page);
        await tab.Page.EvaluateAsync("window.stays = true");

        await cluster.KillAsync(await tab.NodeAsync());

        await tab.Page.WaitForFunctionAsync("() => window.stays === undefined && document.querySelector('.studio[data-live] .run[data-state=running] .tile[data-frame]')");
        Assert.StartsWith("Connection lost", await SaidAsync(tab.Page, "lost"), StringComparison.Ordinal);
        Assert.StartsWith("Connected again", await SaidAsync(tab.Page, "back"), StringComparison.Ordinal);
        await Expect(tab.Page.Locator(".run")).ToHaveCountAsync(2);
        await Expect(tab.Page.Locator("#prompt")).ToHaveValueAsync("a green hill");
        await Expect(tab.Page.GetByLabel("Negative prompt")).ToHaveValueAsync("fog");
        cluster.Release();
        await Expect(tab.Page.Locator(".run[data-state=done]")).ToHaveCountAsync(2);
        await ConsistentAsync();
    }

    [Fact]
    public async Task Gallery_NodeKilled_KeepsTheSelection()
    {
        var address = await StartAsync();
        await using var tab = await browser.OpenAsync();
        tab.LeavingServer = true;
        await tab.MakeAsync(address, "a red cube");
        await tab.GoAsync(address, "/gallery");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Select", Exact = true }).ClickAsync();
        await tab.Page.Locator(".thumb-pick").Nth(0).ClickAsync();
        await tab.Page.Locator(".thumb-pick").Nth(2).ClickAsync();
        await Expect(tab.Page.Locator(".selection strong")).ToHaveTextAsync("2 selected");
        await tab.Page.EvaluateAsync("window.stays = true");

        await cluster!.KillAsync(await tab.NodeAsync());

        await tab.Page.WaitForFunctionAsync("() => window.stays === undefined && document.querySelector('.studio[data-live]')");
        await Expect(tab.Page.Locator(".selection strong")).ToHaveTextAsync("2 selected");
        await Expect(tab.Page.Locator(".thumb-pick[aria-pressed=true]")).ToHaveCountAsync(2);
    }

    public async ValueTask DisposeAsync()
    {
        if (cluster is not null)
        {
            await cluster.DisposeAsync();
        }

        if (redis is not null)
        {
            await redis.DisposeAsync();
        }

        Directory.Delete(folder, recursive: true);
    }

    private async Task<Uri> StartAsync()
    {
        redis = await RedisServer.StartAsync();
        await using var studio = Open();
        cluster = new StudioCluster(folder, studio.Administrator.Key, new Dictionary<string, string?> { ["Cluster:Redis"] = redis.Address }) { SharesFolder = true };
        await cluster.StartAsync(workers: 1);
        return cluster.Balancer.Address;
    }

    private static Task<string?> SaidAsync(IPage page, string state) => page.EvaluateAsync<string?>("state => sessionStorage.getItem(`said-${state}`)", state);

    private static async Task FillTheFieldsAsync(IPage page)
    {
        await page.GetByRole(AriaRole.Button, new() { Name = "More", Exact = true }).ClickAsync();
        await page.GetByLabel("Negative prompt").FillAsync("fog");
        await page.Locator(".composer-options select").First.SelectOptionAsync("512");
        await page.GetByRole(AriaRole.Button, new() { Name = "Fewer pictures" }).ClickAsync();
        await Expect(page.Locator(".composer .stepper output")).ToHaveTextAsync("3 pictures");
    }

    private async Task ConsistentAsync()
    {
        await using var studio = Open();
        await using var database = await studio.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync(TestContext.Current.CancellationToken);
        Assert.Empty(await Invariants.BrokenAsync(database, TestContext.Current.CancellationToken));
        var jobs = await database.Jobs.OrderBy(job => job.CreatedAt).ToListAsync(TestContext.Current.CancellationToken);
        Assert.Equal(["a red cube", "a green hill"], jobs.Select(job => job.Prompt));
        Assert.Equal(("fog", 512, 3), (jobs[1].NegativePrompt, jobs[1].Size, jobs[1].Count));
    }

    private Studio Open() => new(folder) { Settings = { ["Studio:Roles"] = "Web", ["Generation:SharedQueue"] = "true" } };
}
