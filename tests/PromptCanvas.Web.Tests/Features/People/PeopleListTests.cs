using System.Net;
using Microsoft.Extensions.DependencyInjection;
using PromptCanvas.Data;
using PromptCanvas.Data.People;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Features.People;

public sealed class PeopleListTests(Studio studio) : IClassFixture<Studio>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Invitation_Cancelled_IsVoidAndTheAddressIsFree()
    {
        using var administrator = studio.Browser(studio.Administrator.Cookie);
        using var invited = await administrator.SendFormAsync("/admin/people", "invite", ("Invitation.Email", "mistake@example.com"), ("Invitation.Role", PersonRoles.Member));
        var link = System.Text.RegularExpressions.Regex.Match(await invited.TextAsync(), "/join\\?token=[A-Za-z0-9_-]{43}").Value;
        await using var scope = studio.Services.CreateAsyncScope();
        var person = scope.ServiceProvider.GetRequiredService<AppDbContext>().People.Single(row => row.Email == "mistake@example.com");
        using var cancelled = await administrator.SendFormAsync("/admin/people", $"uninvite-{person.Id}");
        using var again = await administrator.SendFormAsync("/admin/people", "invite", ("Invitation.Email", "mistake@example.com"), ("Invitation.Role", PersonRoles.Member));

        Assert.Equal(HttpStatusCode.Found, cancelled.StatusCode);
        Assert.DoesNotContain("<form", await studio.Browser().GetStringAsync(link, Cancellation), StringComparison.Ordinal);
        Assert.DoesNotContain("already", await again.TextAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Invitation_OfAPersonWhoJoined_CannotBeCancelled()
    {
        var person = await studio.PersonAsync("joined@example.com", PersonRoles.Member);
        using var administrator = studio.Browser(studio.Administrator.Cookie);
        using var forged = await administrator.SendFormAsync("/admin/people", $"uninvite-{person.Id}");
        using var theirs = studio.Browser(person.Cookie);
        using var page = await theirs.GetAsync("/account", Cancellation);

        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
    }

    [Fact]
    public async Task Person_WhoCameByInvitation_HasSignedIn()
    {
        using var administrator = studio.Browser(studio.Administrator.Cookie);
        using var invited = await administrator.SendFormAsync("/admin/people", "invite", ("Invitation.Email", "arrived@example.com"), ("Invitation.Role", PersonRoles.Member));
        var link = System.Text.RegularExpressions.Regex.Match(await invited.TextAsync(), "/join\\?token=[A-Za-z0-9_-]{43}").Value;
        Assert.Contains("never signed in", await administrator.GetStringAsync("/admin/people?q=arrived", Cancellation), StringComparison.Ordinal);
        using var guest = studio.Browser();
        using var joined = await guest.SendFormAsync(link, "join", ("Form.Name", "Ada"), ("Form.Password", "some quiet words of hers"));

        Assert.Equal(HttpStatusCode.Found, joined.StatusCode);
        Assert.DoesNotContain("never signed in", await administrator.GetStringAsync("/admin/people?q=arrived", Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Search_FindsPartOfANameOrAddress_AndShowsWhatEachMade()
    {
        var person = await studio.PersonAsync("Zebedee@example.com", PersonRoles.Member);
        using var client = studio.ClientOf(person);
        await client.FinishedPictureAsync();
        using var administrator = studio.Browser(studio.Administrator.Cookie);
        var found = await administrator.GetStringAsync("/admin/people?q=zEBe", Cancellation);
        var nobody = await administrator.GetStringAsync("/admin/people?q=nobody-of-that-name", Cancellation);

        Assert.Contains("Zebedee@example.com", found, StringComparison.Ordinal);
        Assert.DoesNotContain($"{Studio.AdministratorEmail} ·", found, StringComparison.Ordinal);
        Assert.Contains("1 picture in the last 30 days", found, StringComparison.Ordinal);
        Assert.Contains("0 people", nobody, StringComparison.Ordinal);
    }
}
