using System.Net;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using PromptCanvas.Data.Identity;
using PromptCanvas.Data.People;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Features.People;

public sealed partial class PeoplePageTests(Studio studio) : IClassFixture<Studio>
{
    [Fact]
    public async Task Invitation_OpensTheDoorOnce()
    {
        var link = await InviteAsync("invited@example.com");
        using var guest = studio.Browser();
        using var joined = await guest.SendFormAsync(link, "join", ("Form.Name", "Ada"), ("Form.Password", "some quiet words of hers"));
        using var page = await guest.GetAsync("/account", TestContext.Current.CancellationToken);
        var again = await studio.Browser().GetStringAsync(link, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.Found, joined.StatusCode);
        Assert.Contains("Ada", await page.TextAsync(), StringComparison.Ordinal);
        Assert.DoesNotContain("<form", again, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Invitation_WithAPoorPassword_CanBeTriedAgain()
    {
        var link = await InviteAsync("poor@example.com");
        using var guest = studio.Browser();
        using var refused = await guest.SendFormAsync(link, "join", ("Form.Name", "Bo"), ("Form.Password", "too short"));
        using var joined = await guest.SendFormAsync(link, "join", ("Form.Name", "Bo"), ("Form.Password", "some quiet words of his"));

        Assert.Contains("15 characters", await refused.TextAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Found, joined.StatusCode);
    }

    [Fact]
    public async Task Link_MadeAgain_EndsTheOlderOne()
    {
        var first = await InviteAsync("twice@example.com");
        var person = await studio.PersonAsync("twice@example.com", PersonRoles.Member);
        using var administrator = studio.Browser(studio.Administrator.Cookie);
        using var made = await administrator.SendFormAsync("/admin/people", $"link-{person.Id}");
        var second = Link().Match(await made.TextAsync()).Value;

        Assert.DoesNotContain("<form", await studio.Browser().GetStringAsync(first, TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Contains("<form", await studio.Browser().GetStringAsync(second, TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Invitation_OfAnAddressThatIsTaken_IsRefused()
    {
        using var administrator = studio.Browser(studio.Administrator.Cookie);
        using var refused = await administrator.SendFormAsync("/admin/people", "invite", ("Invitation.Email", Studio.AdministratorEmail), ("Invitation.Role", PersonRoles.Member));

        Assert.Contains("already", await refused.TextAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AuditLog_HoldsActsAndRefusals_OnOneLineEach()
    {
        var member = await studio.PersonAsync("curious@example.com", PersonRoles.Member);
        using var curious = studio.Browser(member.Cookie);
        using var refused = await curious.GetAsync("/admin/people", TestContext.Current.CancellationToken);
        await InviteAsync("logged@example.com");
        var audit = studio.Services.GetRequiredService<AuditLog>();
        await audit.WriteAsync(new AuditActor(null, "a\r\n2026 administrator people.role", null), "test", "x\ny", null, TestContext.Current.CancellationToken);
        var entries = await audit.ReadAsync(0, 100, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.NotFound, refused.StatusCode);
        Assert.Contains(entries, entry => entry is { Action: "access.refused", Target: "/admin/people", Actor: "curious@example.com" });
        Assert.Contains(entries, entry => entry is { Action: "people.invite", Target: "logged@example.com", Actor: Studio.AdministratorEmail });
        Assert.All(entries, entry => Assert.DoesNotContain('\n', $"{entry.Actor}{entry.Target}"));
        using var administrator = studio.Browser(studio.Administrator.Cookie);
        Assert.Contains("access.refused", await administrator.GetStringAsync("/admin/audit", TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Name_WithMarkup_IsShownAsText()
    {
        var person = await studio.PersonAsync("markup@example.com", PersonRoles.Member);
        using var browser = studio.Browser(person.Cookie);
        using var renamed = await browser.SendFormAsync("/account", "profile", ("Profile.Name", "<img src=x onerror=alert(1)>"));
        using var administrator = studio.Browser(studio.Administrator.Cookie);
        var page = await administrator.GetStringAsync("/admin/people", TestContext.Current.CancellationToken);

        Assert.DoesNotContain("<img src=x", page, StringComparison.Ordinal);
        Assert.Contains("&lt;img src=x", page, StringComparison.Ordinal);
    }

    private async Task<string> InviteAsync(string email)
    {
        using var administrator = studio.Browser(studio.Administrator.Cookie);
        using var made = await administrator.SendFormAsync("/admin/people", "invite", ("Invitation.Email", email), ("Invitation.Role", PersonRoles.Member));
        Assert.True(made.Headers.CacheControl?.NoStore);
        return Link().Match(await made.TextAsync()).Value;
    }

    [GeneratedRegex("/join\\?token=[A-Za-z0-9_-]{43}")]
    private static partial Regex Link();
}
