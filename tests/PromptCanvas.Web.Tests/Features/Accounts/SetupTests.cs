using System.Net;

using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

using PromptCanvas.Data;
using PromptCanvas.Data.People;
using PromptCanvas.Web.Features.Accounts;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Features.Accounts;

/// <summary>Creation of an installation's first administrator.</summary>
public sealed class SetupTests : IAsyncDisposable
{
    private readonly Studio studio = new() { Settings = { ["PROMPTCANVAS_ADMIN_EMAIL"] = "", ["PROMPTCANVAS_ADMIN_PASSWORD"] = "" } };

    public ValueTask DisposeAsync() => studio.DisposeAsync();

    [Fact]
    public async Task FirstPage_WithoutAnAdministrator_SaysWhereTheLinkIs_AndDoesNotShowIt()
    {
        using var browser = studio.Stranger();
        using var home = await browser.GetAsync("/", TestContext.Current.CancellationToken);
        Assert.Contains("/sign-in", home.Headers.Location?.ToString(), StringComparison.Ordinal);
        using var redirect = await browser.GetAsync("/sign-in", TestContext.Current.CancellationToken);
        Assert.EndsWith("/setup", redirect.Headers.Location?.ToString(), StringComparison.Ordinal);
        var page = await browser.GetStringAsync("/setup", TestContext.Current.CancellationToken);

        Assert.Contains("console", page, StringComparison.Ordinal);
        Assert.DoesNotContain(await TokenAsync(), page, StringComparison.Ordinal);
        Assert.DoesNotContain("<form", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SetupToken_IsReadableByItsOwnerOnly()
    {
        _ = studio.Server;
        var file = Path.Combine(studio.DataFolder, "setup-token");

        Assert.Equal(43, (await TokenAsync()).Length);
        Assert.True(OperatingSystem.IsWindows() || File.GetUnixFileMode(file) == (UnixFileMode.UserRead | UnixFileMode.UserWrite));
    }

    [Fact]
    public async Task Prepare_NodesThatStartTogether_MakeOneAdministrator()
    {
        var settings = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["PROMPTCANVAS_ADMIN_EMAIL"] = "first@example.com",
            ["PROMPTCANVAS_ADMIN_PASSWORD"] = Studio.Password,
        }).Build();
        var start = new TaskCompletionSource();
        var nodes = Enumerable.Range(0, 4).Select(async _ =>
        {
            using var first = ActivatorUtilities.CreateInstance<FirstAdministrator>(studio.Services, (IConfiguration)settings);
            await start.Task;
            return await first.PrepareAsync(TestContext.Current.CancellationToken);
        }).ToList();
        start.SetResult();

        Assert.All(await Task.WhenAll(nodes), Assert.Null);
        await using var database = await studio.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync(TestContext.Current.CancellationToken);
        Assert.Equal("first@example.com", Assert.Single(await database.People.Where(person => person.Role == PersonRoles.Administrator).ToListAsync(TestContext.Current.CancellationToken)).Email);
    }

    [Fact]
    public async Task Setup_WithAnotherToken_IsForbidden()
    {
        using var browser = studio.Stranger();
        using var page = await browser.GetAsync($"/setup?token={new string('A', 43)}", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.Forbidden, page.StatusCode);
    }

    [Fact]
    public async Task Setup_WithTheToken_MakesTheAdministratorOnce()
    {
        using var browser = studio.Stranger();
        var link = $"/setup?token={await TokenAsync()}";
        using var made = await browser.SendFormAsync(link, "setup", ("Form.Email", "first@example.com"), ("Form.Password", Studio.Password));
        using var home = await browser.GetAsync("/", TestContext.Current.CancellationToken);
        var again = await browser.GetStringAsync(link, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.Found, made.StatusCode);
        Assert.Equal(HttpStatusCode.OK, home.StatusCode);
        Assert.DoesNotContain("<form", again, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(studio.DataFolder, "setup-token")));
    }

    [Fact]
    public async Task Setup_ByTwentyAtOnce_MakesOneAdministrator()
    {
        var link = $"/setup?token={await TokenAsync()}";
        await Parallel.ForEachAsync(Enumerable.Range(0, 20), TestContext.Current.CancellationToken, async (number, _) =>
        {
            using var browser = studio.Stranger();
            using var answer = await browser.SendFormOrNothingAsync(link, "setup", ("Form.Email", $"{number}@example.com"), ("Form.Password", Studio.Password));
        });

        await using var database = await studio.Services.GetRequiredService<IDbContextFactory<AppDbContext>>()
            .CreateDbContextAsync(TestContext.Current.CancellationToken);
        Assert.Equal(1, await database.People.CountAsync(person => person.Role == PersonRoles.Administrator, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task SecondStart_WithAnAdministrator_HasNoSetup()
    {
        await using var ready = new Studio();
        using var page = await ready.Browser().GetAsync("/setup", TestContext.Current.CancellationToken);

        Assert.Contains("is already set up", await page.TextAsync(), StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(ready.DataFolder, "setup-token")));
    }

    private async Task<string> TokenAsync()
    {
        _ = studio.Server;
        return (await File.ReadAllTextAsync(Path.Combine(studio.DataFolder, "setup-token"), TestContext.Current.CancellationToken)).Trim();
    }
}
