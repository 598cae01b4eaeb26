using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using PromptCanvas.Data;
using PromptCanvas.Data.People;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Features.Accounts;

public sealed class DeleteAccountTests(Studio studio) : IClassFixture<Studio>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Deletion_SaysWhatGoes_AndTakesPicturesPromptsAndTheAccount()
    {
        var person = await studio.PersonAsync("goodbye@example.com", PersonRoles.Member);
        using var client = studio.ClientOf(person);
        var picture = await client.FinishedPictureAsync();
        using var browser = studio.Browser(person.Cookie);
        var page = WebUtility.HtmlDecode(await browser.GetStringAsync("/account/delete", Cancellation));
        using var deleted = await browser.SendFormAsync("/account/delete", "delete-account", ("Typed", "Goodbye@example.com"));
        using var gone = await studio.CreateClient().GetAsync($"/api/images/{picture}", Cancellation);
        using var after = await browser.GetAsync("/account", Cancellation);
        using var key = await client.GetAsync("/api/me/quota", Cancellation);
        await using var database = await studio.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync(Cancellation);

        Assert.Contains("Pictures with their prompts: 1, of which your team sees 1", page, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Found, deleted.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
        Assert.Equal(HttpStatusCode.Found, after.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, key.StatusCode);
        Assert.False(await database.People.AnyAsync(row => row.Id == person.Id, Cancellation));
        Assert.All(await database.Pictures.Where(row => row.PersonId == person.Id).ToListAsync(Cancellation), row => Assert.Equal(("", ""), (row.Prompt, row.ContentHash)));
        Assert.All(await database.Jobs.Where(row => row.PersonId == person.Id).ToListAsync(Cancellation), row => Assert.Equal("", row.Prompt));
        Assert.NotEmpty(await database.Ledger.Where(row => row.PersonId == person.Id).ToListAsync(Cancellation));
    }

    [Fact]
    public async Task Deletion_WithAnotherAddress_DeletesNothing()
    {
        var person = await studio.PersonAsync("hesitant@example.com", PersonRoles.Member);
        using var browser = studio.Browser(person.Cookie);
        using var refused = await browser.SendFormAsync("/account/delete", "delete-account", ("Typed", "hesitant"));
        using var page = await browser.GetAsync("/account", Cancellation);

        Assert.Contains("not the address", await refused.TextAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
    }

    [Fact]
    public async Task Deletion_OfTheLastAdministrator_IsNotOffered()
    {
        using var browser = studio.Browser(studio.Administrator.Cookie);
        var page = await browser.GetStringAsync("/account/delete", Cancellation);

        Assert.Contains("only administrator", page, StringComparison.Ordinal);
        Assert.DoesNotContain("delete-account", page, StringComparison.Ordinal);
    }
}
