using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using PromptCanvas.Data;
using PromptCanvas.Data.People;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Features.Accounts;

public sealed class OpenIdTests : IAsyncLifetime
{
    private readonly IdentityProvider provider = new();
    private readonly Studio studio = new();

    public async ValueTask InitializeAsync()
    {
        await provider.StartAsync();
        foreach (var (name, value) in new Dictionary<string, string>
        {
            ["Authority"] = provider.Authority,
            ["ClientId"] = IdentityProvider.ClientId,
            ["ClientSecret"] = IdentityProvider.ClientSecret,
            ["DisplayName"] = "the office",
            ["RoleClaim"] = "groups",
            ["Roles:studio-admins"] = PersonRoles.Administrator,
            ["Roles:guests"] = PersonRoles.Viewer,
            ["CreditsClaim"] = "credits",
        })
        {
            studio.Settings[$"Authentication:OpenIdConnect:{name}"] = value;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await studio.DisposeAsync();
        await provider.DisposeAsync();
    }

    [Fact]
    public async Task SignIn_OfANewPerson_MakesAnAccountWithTheClaimsRoleAndCredits()
    {
        Say("1", "grace@example.com", groups: ["everybody", "guests", "studio-admins"], credits: "12");
        using var browser = studio.Browser();
        var page = await browser.GetStringAsync("/sign-in", TestContext.Current.CancellationToken);
        using var arrived = await GoRoundAsync(browser, "/gallery");
        using var admitted = await browser.GetAsync("/admin/people", TestContext.Current.CancellationToken);
        var person = await FindAsync("grace@example.com");

        Assert.Contains("Sign in with the office", page, StringComparison.Ordinal);
        Assert.Equal("/gallery", arrived.Headers.Location?.OriginalString);
        Assert.Equal(HttpStatusCode.OK, admitted.StatusCode);
        Assert.Equal(("Grace", PersonRoles.Administrator, null), (person!.DisplayName, person.Role, person.PasswordHash));
        Assert.Equal(12, (await studio.Services.GetRequiredService<ICredits>().LimitsOfAsync(person.Id, TestContext.Current.CancellationToken)).Allowance);
    }

    [Fact]
    public async Task SignIn_Again_IsTheSamePersonWithAnotherAddressAndRole()
    {
        Say("2", "before@example.com", groups: ["guests"]);
        using var first = await GoRoundAsync(studio.Browser());
        Say("2", "after@example.com", groups: [PersonRoles.Member]);
        using var second = await GoRoundAsync(studio.Browser());

        Assert.Equal(PersonRoles.Member, (await FindAsync("before@example.com"))?.Role);
        Assert.Null(await FindAsync("after@example.com"));
    }

    [Fact]
    public async Task SignIn_WithACheckedAddress_IsTheAccountOfThatAddress_AndWithoutTheClaimItsRoleStays()
    {
        var known = await studio.PersonAsync("known@example.com", PersonRoles.Viewer);
        Say("3", "known@example.com");
        using var browser = studio.Browser();
        using var arrived = await GoRoundAsync(browser);
        using var page = await browser.GetAsync("/account", TestContext.Current.CancellationToken);
        var person = await FindAsync("known@example.com");

        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        Assert.Equal((known.Id, PersonRoles.Viewer), (person!.Id, person.Role));
    }

    [Fact]
    public async Task SignIn_WithAnUnverifiedAddress_TakesOverNoAccount()
    {
        Say("4", Studio.AdministratorEmail, verified: false);
        using var browser = studio.Browser();
        using var refused = await GoRoundAsync(browser);
        using var page = await browser.GetAsync("/account", TestContext.Current.CancellationToken);
        using var told = await browser.GetAsync(refused.Headers.Location, TestContext.Current.CancellationToken);

        Assert.Equal("/sign-in?external=failed", refused.Headers.Location?.OriginalString);
        Assert.Equal(HttpStatusCode.Found, page.StatusCode);
        Assert.Contains("the office could not sign you in", await told.TextAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task SignIn_OfASuspendedPerson_IsRefused()
    {
        Say("5", "shut@example.com");
        using var first = await GoRoundAsync(studio.Browser());
        var person = await FindAsync("shut@example.com");
        using var administrator = studio.Browser(studio.Administrator.Cookie);
        using var done = await administrator.SendFormAsync("/admin/people", $"suspend-{person!.Id}");
        using var browser = studio.Browser();
        using var refused = await GoRoundAsync(browser);
        using var page = await browser.GetAsync("/account", TestContext.Current.CancellationToken);

        Assert.Equal("/", first.Headers.Location?.OriginalString);
        Assert.Equal("/sign-in?external=failed", refused.Headers.Location?.OriginalString);
        Assert.Equal(HttpStatusCode.Found, page.StatusCode);
    }

    [Fact]
    public async Task Claims_ThatWouldLeaveNoAdministrator_DoNotCount()
    {
        Say("6", Studio.AdministratorEmail, groups: ["guests"]);
        using var arrived = await GoRoundAsync(studio.Browser());

        Assert.Equal("/", arrived.Headers.Location?.OriginalString);
        Assert.Equal(PersonRoles.Administrator, (await FindAsync(Studio.AdministratorEmail))?.Role);
    }

    [Fact]
    public async Task Answer_ForAnotherBrowser_IsRefused()
    {
        Say("7", "victim@example.com");
        using var attacker = studio.Browser();
        using var left = await attacker.GetAsync("/sign-in/external", TestContext.Current.CancellationToken);
        var callback = await AskProviderAsync(left.Headers.Location!);
        using var victim = studio.Browser();
        using var refused = await victim.GetAsync(callback.PathAndQuery, TestContext.Current.CancellationToken);

        Assert.Equal("/sign-in?external=failed", refused.Headers.Location?.OriginalString);
        Assert.Null(await FindAsync("victim@example.com"));
    }

    private static async Task<Uri> AskProviderAsync(Uri address)
    {
        using var client = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false });
        using var answer = await client.GetAsync(address, TestContext.Current.CancellationToken);
        return answer.Headers.Location ?? throw new InvalidOperationException($"The provider answered {answer.StatusCode}.");
    }

    // To the provider, back with the code, and into the studio.
    private static async Task<HttpResponseMessage> GoRoundAsync(HttpClient browser, string returnUrl = "/")
    {
        using var left = await browser.GetAsync($"/sign-in/external?returnUrl={returnUrl}", TestContext.Current.CancellationToken);
        var callback = await AskProviderAsync(left.Headers.Location!);
        using var back = await browser.GetAsync(callback.PathAndQuery, TestContext.Current.CancellationToken);
        return await browser.GetAsync(back.Headers.Location, TestContext.Current.CancellationToken);
    }

    private void Say(string subject, string email, bool verified = true, string[]? groups = null, string? credits = null)
    {
        provider.Claims.Clear();
        provider.Claims["sub"] = subject;
        provider.Claims["email"] = email;
        provider.Claims["email_verified"] = verified;
        provider.Claims["name"] = "Grace";
        if (groups is not null)
        {
            provider.Claims["groups"] = groups;
        }

        if (credits is not null)
        {
            provider.Claims["credits"] = credits;
        }
    }

    private async Task<Person?> FindAsync(string email)
    {
        await using var database = await studio.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync(TestContext.Current.CancellationToken);
        return await database.People.AsNoTracking().SingleOrDefaultAsync(person => person.Email == email, TestContext.Current.CancellationToken);
    }
}
