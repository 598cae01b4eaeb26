using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using PromptCanvas.Data;
using PromptCanvas.Data.People;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Cluster;

/// <summary>Sessions of nodes that share only the database.</summary>
public sealed class SharedSessionTests : IAsyncDisposable
{
    private static readonly TimeSpan Allowed = TimeSpan.FromSeconds(5);
    private Nodes? nodes;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Session_OfOneNode_IsASessionOfAll_ByTheDatabasesKeys()
    {
        nodes = await Nodes.StartAsync(redis: null);
        var person = await nodes.One.PersonAsync("both@example.com", PersonRoles.Member);

        // A form of one node may be sent to the other: its antiforgery token is valid there.
        using var one = nodes.One.Browser(person.Cookie);
        using var other = nodes.Other.Browser(person.Cookie);
        using var page = await other.GetAsync("/gallery", Cancellation);
        using var renamed = await other.SendFormAsync("/account", "profile", ("Name.Name", "Both"));
        using var signedIn = nodes.Other.Stranger();
        using var session = await signedIn.SignInAsync(person.Email, Studio.Password);

        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        Assert.NotEqual(HttpStatusCode.BadRequest, renamed.StatusCode);
        Assert.Equal(HttpStatusCode.Found, session.StatusCode);
        Assert.Empty(Directory.GetFiles(Path.Combine(nodes.Folder, "keys")));
        await using var database = await OpenAsync(nodes.One);
        Assert.NotEmpty(await database.DataProtectionKeys.ToListAsync(Cancellation));
    }

    [Fact]
    public async Task Keys_FromBeforeTheQueueWasShared_AreTakenOver()
    {
        var folder = Directory.CreateTempSubdirectory("promptcanvas-keys-");
        try
        {
            string cookie;
            await using (var alone = new Studio(folder.FullName))
            {
                cookie = alone.Administrator.Cookie;
                Assert.NotEmpty(Directory.GetFiles(Path.Combine(folder.FullName, "keys")));
            }

            await using var shared = new Studio(folder.FullName) { Settings = { ["Generation:SharedQueue"] = "true" } };
            using var browser = shared.Stranger(cookie);
            using var page = await browser.GetAsync("/gallery", Cancellation);

            Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData("sign-out-everywhere")]
    [InlineData("suspend")]
    [InlineData("end")]
    public async Task SignedOutOnOneNode_OpenPagesOfTheOtherCloseWithinFiveSeconds(string act)
    {
        nodes = await Nodes.StartAsync(redis: null);
        var person = await nodes.One.PersonAsync("leaving@example.com", PersonRoles.Member);
        using var elsewhere = nodes.Other.Stranger();
        using var signIn = await elsewhere.SignInAsync(person.Email, Studio.Password);
        var cookie = signIn.Headers.GetValues("Set-Cookie").Single(value => value.StartsWith("promptcanvas=", StringComparison.Ordinal)).Split(';')[0];
        var (line, _) = await CircuitLine.OpenAsync(nodes.Other, cookie, Cancellation);
        await using var page = line;
        var closed = new TaskCompletionSource();
        page.Closed += _ =>
        {
            closed.TrySetResult();
            return Task.CompletedTask;
        };

        await EndAsync(act, person);
        await closed.Task.WaitAsync(Allowed, Cancellation);

        using var browser = nodes.Other.Stranger(cookie);
        using var answer = await browser.GetAsync("/gallery", Cancellation);
        Assert.Equal(HttpStatusCode.Found, answer.StatusCode);
    }

    public async ValueTask DisposeAsync()
    {
        if (nodes is not null)
        {
            await nodes.DisposeAsync();
        }
    }

    private static async Task<AppDbContext> OpenAsync(Studio studio) =>
        await studio.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync(Cancellation);

    // On the first node.
    private async Task EndAsync(string act, SomebodyInTest person)
    {
        if (act == "suspend")
        {
            using var administrator = nodes!.One.Browser(nodes.One.Administrator.Cookie);
            using var suspended = await administrator.SendFormAsync("/admin/people", $"suspend-{person.Id}");
            Assert.Equal(HttpStatusCode.Found, suspended.StatusCode);
            return;
        }

        using var browser = nodes!.One.Browser(person.Cookie);
        await using var database = await OpenAsync(nodes.One);
        var session = await database.PersonSessions.SingleAsync(row => row.PersonId == person.Id, Cancellation);
        using var done = act == "end"
            ? await browser.SendFormAsync("/account/sessions", $"end-{session.Id}")
            : await browser.SendFormAsync("/account", act);
        Assert.Equal(HttpStatusCode.Found, done.StatusCode);
    }
}
