using System.Net;
using Microsoft.Extensions.DependencyInjection;
using PromptCanvas.Data.Identity;
using PromptCanvas.Data.People;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Features.People;

public sealed class CreditPagesTests(Studio studio) : IClassFixture<Studio>
{
    private const int DefaultCredits = 200;

    [Fact]
    public async Task TopUp_WithAReason_IsInTheirAccountAndInTheAuditLog()
    {
        var person = await studio.PersonAsync("gift@example.com", PersonRoles.Member);
        using var administrator = studio.Browser(studio.Administrator.Cookie);
        using var given = await administrator.SendFormAsync(
            $"/admin/people/{person.Id}", "top-up", ("TopUp.Amount", "25"), ("TopUp.Reason", "for the <b>launch</b>"));
        using var theirs = studio.Browser(person.Cookie);
        using var page = await theirs.GetAsync("/account/usage", TestContext.Current.CancellationToken);
        var raw = await page.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.Found, given.StatusCode);
        Assert.Contains("0 of 225 used", raw, StringComparison.Ordinal);
        Assert.Contains("&#x2B;25", raw, StringComparison.Ordinal);
        Assert.Contains("for the &lt;b&gt;launch", raw, StringComparison.Ordinal);
        Assert.Contains("added 25 credits to your account", await theirs.GetStringAsync("/account/notifications", TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Contains(await EntriesAsync(), entry => entry is { Action: "credits.top-up", Target: "gift@example.com", Actor: Studio.AdministratorEmail });
    }

    [Theory]
    [InlineData("0", "a reason")]
    [InlineData("10", "")]
    [InlineData("many", "a reason")]
    public async Task TopUp_OfNothingOrWithoutAReason_IsRefusedAndGivesNothing(string amount, string reason)
    {
        var person = await studio.PersonAsync("nothing@example.com", PersonRoles.Member);
        using var administrator = studio.Browser(studio.Administrator.Cookie);
        using var refused = await administrator.SendFormAsync($"/admin/people/{person.Id}", "top-up", ("TopUp.Amount", amount), ("TopUp.Reason", reason));

        Assert.NotEqual(HttpStatusCode.Found, refused.StatusCode);
        Assert.Equal(DefaultCredits, (await QuotaAsync(person)).Limit);
    }

    [Fact]
    public async Task Limits_OfOnePerson_CountFromTheNextRequestOn()
    {
        var person = await studio.PersonAsync("little@example.com", PersonRoles.Member);
        using var administrator = studio.Browser(studio.Administrator.Cookie);
        using var set = await administrator.SendFormAsync(
            $"/admin/people/{person.Id}", "limits",
            ("Limits.Allowance", "1"), ("Limits.Weight", "0.5"), ("Limits.MaximumQueued", "3"), ("Limits.MaximumRunning", ""));
        using var client = studio.ClientOf(person);
        using var refused = await client.PostJobAsync(new { kind = "generate", prompt = "a cube", count = 2, size = 64 });
        var problem = await refused.ReadJsonAsync();

        Assert.Equal(HttpStatusCode.Found, set.StatusCode);
        Assert.Equal(new PersonLimits(1, 0.5, 3, null), await Credits.LimitsOfAsync(person.Id, TestContext.Current.CancellationToken));
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.Contains("1 credit is left and this needs 2; they are renewed on", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task RoleCredits_Saved_ApplyToEveryPersonOfTheRole_AndEmptyIsTheDefaultAgain()
    {
        var person = await studio.PersonAsync("looker@example.com", PersonRoles.Viewer);
        using var administrator = studio.Browser(studio.Administrator.Cookie);
        using var set = await administrator.SendFormAsync("/admin/people", $"credits-{PersonRoles.Viewer}", ("RoleAllowance", "7"));
        var limit = (await QuotaAsync(person, PersonRoles.Viewer)).Limit;
        using var reset = await administrator.SendFormAsync("/admin/people", $"credits-{PersonRoles.Viewer}", ("RoleAllowance", ""));

        Assert.Equal(7, limit);
        Assert.Equal(DefaultCredits, (await QuotaAsync(person, PersonRoles.Viewer)).Limit);
        Assert.Equal(2, (await EntriesAsync()).Count(entry => entry is { Action: "credits.role", Target: PersonRoles.Viewer }));
    }

    [Fact]
    public async Task CreatePage_SaysWhatAPressCostsAndWhatIsLeft()
    {
        var person = await studio.PersonAsync("spender@example.com", PersonRoles.Member);
        using var client = studio.ClientOf(person);
        await client.EndOfJobAsync(await client.StartJobAsync(count: 2));
        using var page = await client.GetAsync("/", TestContext.Current.CancellationToken);
        var text = await page.TextAsync();

        Assert.Contains("4 credits · 198 left", text, StringComparison.Ordinal);
        Assert.Contains("data-local-day", text, StringComparison.Ordinal);
    }

    private ICredits Credits => studio.Services.GetRequiredService<ICredits>();

    private Task<QuotaView> QuotaAsync(SomebodyInTest person, string role = PersonRoles.Member) =>
        Credits.GetAsync(person.Id, role, TestContext.Current.CancellationToken);

    private Task<IReadOnlyList<AuditEntry>> EntriesAsync() =>
        studio.Services.GetRequiredService<AuditLog>().ReadAsync(0, 100, TestContext.Current.CancellationToken);
}
