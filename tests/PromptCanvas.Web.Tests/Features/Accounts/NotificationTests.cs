using System.Net;
using Microsoft.Extensions.DependencyInjection;
using PromptCanvas.Data.Access;
using PromptCanvas.Data.People;
using PromptCanvas.Generation.Library;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Features.Accounts;

public sealed class NotificationTests(Studio studio) : IClassFixture<Studio>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Comment_TellsTheOwnerAndThoseItNames_AndNotItsAuthor()
    {
        var owner = await studio.PersonAsync("owner@example.com", PersonRoles.Member);
        var author = await studio.PersonAsync("author@example.com", PersonRoles.Member);
        var named = await studio.PersonAsync("named@example.com", PersonRoles.Member);
        using var client = studio.ClientOf(owner);
        var picture = await client.FinishedPictureAsync();
        var refusal = await studio.Services.GetRequiredService<IComments>().AddAsync(new Actor(author.Id, PersonRoles.Member), picture, "look at this, @named", Cancellation);

        Assert.Null(refusal.Refusal);
        Assert.Contains("author commented on your picture", await PageAsync(owner), StringComparison.Ordinal);
        Assert.Contains("author mentioned you", await PageAsync(named), StringComparison.Ordinal);
        Assert.DoesNotContain("author", await PageAsync(author, "#notices"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Remix_TellsTheOwnerOfThePicture_UnlessItIsPrivate()
    {
        var owner = await studio.PersonAsync("source@example.com", PersonRoles.Member);
        var remixer = await studio.PersonAsync("remixer@example.com", PersonRoles.Member);
        using var client = studio.ClientOf(owner);
        using var other = studio.ClientOf(remixer);
        var picture = await client.FinishedPictureAsync();
        await other.MakeAsync(new { kind = "vary", source = picture, count = 1, size = 64, visibility = "private" });
        var before = await PageAsync(owner);
        await other.MakeAsync(new { kind = "vary", source = picture, count = 1, size = 64 });

        Assert.DoesNotContain("remixer", before, StringComparison.Ordinal);
        Assert.Contains("remixer made pictures from yours", await PageAsync(owner), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bell_CountsWhatWasNotRead_AndReadingEmptiesIt()
    {
        var owner = await studio.PersonAsync("rung@example.com", PersonRoles.Member);
        var author = await studio.PersonAsync("ringer@example.com", PersonRoles.Member);
        using var client = studio.ClientOf(owner);
        var picture = await client.FinishedPictureAsync();
        await studio.Services.GetRequiredService<IComments>().AddAsync(new Actor(author.Id, PersonRoles.Member), picture, "nice", Cancellation);
        using var browser = studio.Browser(owner.Cookie);
        var before = await browser.GetStringAsync("/gallery", Cancellation);
        using var read = await browser.SendFormAsync("/account/notifications", "notices", ("LastNotice", long.MaxValue.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        var after = await browser.GetStringAsync("/gallery", Cancellation);

        Assert.Contains("1 new notification", before, StringComparison.Ordinal);
        Assert.DoesNotContain("notice-banner", before, StringComparison.Ordinal);
        Assert.DoesNotContain("new notification", after, StringComparison.Ordinal);
        Assert.Contains("ringer commented", await PageAsync(owner), StringComparison.Ordinal);
    }

    private async Task<string> PageAsync(SomebodyInTest person, string part = "")
    {
        using var browser = studio.Browser(person.Cookie);
        var page = WebUtility.HtmlDecode(await browser.GetStringAsync("/account/notifications", Cancellation));
        return part.Length == 0 ? page : page.Contains("id=\"notices\"", StringComparison.Ordinal) ? page[page.IndexOf("id=\"notices\"", StringComparison.Ordinal)..] : "";
    }
}
