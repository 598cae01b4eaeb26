using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using PromptCanvas.Data;
using PromptCanvas.Data.Identity;
using PromptCanvas.Data.People;
using PromptCanvas.Data.Pictures;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Features.Moderation;

public sealed class ModerationTests(Studio studio) : IClassFixture<Studio>
{
    private const string Prompt = "a red cube on top of a blue cube";

    [Fact]
    public async Task PrivatePicture_IsOpenAfterAReason_WhichTheOwnerReads()
    {
        var (owner, picture) = await PictureAsync("hidden@example.com", Visibilities.Private);
        using var administrator = studio.Browser(studio.Administrator.Cookie);
        var closed = await administrator.GetStringAsync($"/admin/pictures/{picture}", TestContext.Current.CancellationToken);
        using var noBytes = await administrator.GetAsync($"/admin/pictures/{picture}/content", TestContext.Current.CancellationToken);
        using var opened = await administrator.SendFormAsync($"/admin/pictures/{picture}", "open", ("Reason", "a complaint by the school"));
        var open = await administrator.GetStringAsync($"/admin/pictures/{picture}", TestContext.Current.CancellationToken);
        using var bytes = await administrator.GetAsync($"/admin/pictures/{picture}/content", TestContext.Current.CancellationToken);
        using var theirs = studio.Browser(owner.Cookie);
        var banner = await theirs.GetStringAsync("/gallery", TestContext.Current.CancellationToken);
        var notice = await theirs.GetStringAsync("/account", TestContext.Current.CancellationToken);

        Assert.DoesNotContain(Prompt, closed, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, noBytes.StatusCode);
        Assert.Equal(HttpStatusCode.Found, opened.StatusCode);
        Assert.Contains(Prompt, open, StringComparison.Ordinal);
        Assert.Equal("image/png", bytes.Content.Headers.ContentType?.MediaType);
        Assert.True(bytes.Headers.CacheControl?.NoStore);
        Assert.Contains("\"account#notices\"", banner, StringComparison.Ordinal);
        Assert.Contains("a complaint by the school", notice, StringComparison.Ordinal);
        Assert.Contains(
            await studio.Services.GetRequiredService<AuditLog>().ReadAsync(0, 100, TestContext.Current.CancellationToken),
            entry => entry.Action == "picture.opened" && entry.Target == picture.ToString() && entry.Detail == "a complaint by the school");

        // After it was read, the notice is no longer shown; the row stays.
        await using var database = await DatabaseAsync();
        var row = await database.Notices.SingleAsync(notice => notice.PersonId == owner.Id, TestContext.Current.CancellationToken);
        using var read = await theirs.SendFormAsync("/account", "notices", ("LastNotice", $"{row.Id}"));
        Assert.DoesNotContain("a complaint", await theirs.GetStringAsync("/account", TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task PrivatePicture_Opened_IsAlsoAMailToItsOwner()
    {
        await using var box = new MailBox();
        await using var mailing = new Studio();
        mailing.Settings["Mail:Host"] = "127.0.0.1";
        mailing.Settings["Mail:Port"] = $"{box.Port}";
        mailing.Settings["Mail:Security"] = "None";
        mailing.Settings["Mail:From"] = "studio@example.com";
        mailing.Settings["Mail:PublicAddress"] = "https://studio.example";
        var owner = await mailing.PersonAsync("faraway@example.com", PersonRoles.Member);
        using var client = mailing.ClientOf(owner);
        var picture = await client.FinishedPictureAsync();
        await using (var database = await mailing.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync(TestContext.Current.CancellationToken))
        {
            await database.Pictures.ExecuteUpdateAsync(change => change.SetProperty(image => image.Visibility, Visibilities.Private), TestContext.Current.CancellationToken);
        }

        using var administrator = mailing.Browser(mailing.Administrator.Cookie);
        using var refused = await administrator.SendFormAsync($"/admin/pictures/{picture}", "open", ("Reason", " "));
        using var opened = await administrator.SendFormAsync($"/admin/pictures/{picture}", "open", ("Reason", "a complaint by the school"));
        var (to, text) = await box.ReadAsync(TestContext.Current.CancellationToken);

        Assert.Equal("faraway@example.com", to);
        Assert.Contains("a complaint by the school", text, StringComparison.Ordinal);
        Assert.Contains("https://studio.example/account#notices", text, StringComparison.Ordinal);
        Assert.DoesNotContain("cube", text, StringComparison.Ordinal);
        Assert.Equal(0, box.Count);
    }

    [Fact]
    public async Task PrivatePicture_WithoutAReason_StaysClosedWithoutNotice()
    {
        var (owner, picture) = await PictureAsync("closed@example.com", Visibilities.Private);
        using var administrator = studio.Browser(studio.Administrator.Cookie);
        using var refused = await administrator.SendFormAsync($"/admin/pictures/{picture}", "open", ("Reason", "  "));
        using var bytes = await administrator.GetAsync($"/admin/pictures/{picture}/content", TestContext.Current.CancellationToken);
        await using var database = await DatabaseAsync();

        Assert.Contains("Give a reason", await refused.TextAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, bytes.StatusCode);
        Assert.False(await database.Notices.AnyAsync(notice => notice.PersonId == owner.Id, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task OpenPicture_AQuarterOfAnHourLater_IsClosedAgain()
    {
        var (owner, picture) = await PictureAsync("later@example.com", Visibilities.Private);
        using var administrator = studio.Browser(studio.Administrator.Cookie);
        using var opened = await administrator.SendFormAsync($"/admin/pictures/{picture}", "open", ("Reason", "a reason"));
        await using var database = await DatabaseAsync();
        var then = DateTimeOffset.UnixEpoch;
        await database.Notices.Where(notice => notice.PersonId == owner.Id)
            .ExecuteUpdateAsync(change => change.SetProperty(notice => notice.At, then), TestContext.Current.CancellationToken);
        using var bytes = await administrator.GetAsync($"/admin/pictures/{picture}/content", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.NotFound, bytes.StatusCode);
    }

    [Fact]
    public async Task Report_LeadsToATakeDown_AndHidesThePictureUntilItIsPutBack()
    {
        var (owner, picture) = await PictureAsync("shared@example.com", Visibilities.Team);
        using var reporter = studio.Browser((await studio.PersonAsync("reporter@example.com", PersonRoles.Viewer)).Cookie);
        using var sent = await reporter.SendFormAsync($"/images/{picture}/report", "report", ("Reason", "not <i>for</i> us"));
        using var administrator = studio.Browser(studio.Administrator.Cookie);
        var reports = await administrator.GetStringAsync("/admin/reports", TestContext.Current.CancellationToken);
        using var taken = await administrator.SendFormAsync($"/admin/pictures/{picture}", "take-down", ("Reason", "a real person"));
        var hidden = await StatusesAsync(picture, owner, studio.Administrator);
        var settled = await administrator.GetStringAsync("/admin/reports", TestContext.Current.CancellationToken);
        using var back = await administrator.SendFormAsync($"/admin/pictures/{picture}", "put-back", ("Reason", "an error"));
        var shown = await StatusesAsync(picture, owner, studio.Administrator);

        Assert.Equal(HttpStatusCode.Found, sent.StatusCode);
        Assert.Contains("not &lt;i&gt;for&lt;/i&gt; us", reports, StringComparison.Ordinal);
        Assert.DoesNotContain("not &lt;i&gt;for", settled, StringComparison.Ordinal);
        Assert.All(hidden, status => Assert.Equal(HttpStatusCode.NotFound, status));
        Assert.All(shown, status => Assert.Equal(HttpStatusCode.OK, status));
        Assert.Contains("Your report was reviewed", WebUtility.HtmlDecode(await reporter.GetStringAsync("/account/notifications", TestContext.Current.CancellationToken)), StringComparison.Ordinal);
        Assert.Contains("a real person", await studio.Browser(owner.Cookie).GetStringAsync("/account", TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Report_OfAPictureOneMayNotKnowOf_IsNotTaken()
    {
        var (_, picture) = await PictureAsync("unknown@example.com", Visibilities.Private);
        using var curious = studio.Browser((await studio.PersonAsync("curious@example.com", PersonRoles.Member)).Cookie);
        using var page = await curious.GetAsync($"/images/{picture}/report", TestContext.Current.CancellationToken);
        var token = PageForms.TokenOf(await curious.GetStringAsync("/account", TestContext.Current.CancellationToken));
        using var sent = await curious.PostFieldsAsync(
            $"/images/{picture}/report", ("_handler", "report"), ("__RequestVerificationToken", token), ("Reason", "let me see"));
        await using var database = await DatabaseAsync();

        Assert.Equal(HttpStatusCode.NotFound, page.StatusCode);
        Assert.False(sent.IsSuccessStatusCode);
        Assert.False(await database.Reports.AnyAsync(report => report.ImageId == picture, TestContext.Current.CancellationToken));
    }

    private async Task<List<HttpStatusCode>> StatusesAsync(Guid picture, params SomebodyInTest[] people)
    {
        var statuses = new List<HttpStatusCode>();
        foreach (var person in people)
        {
            using var client = studio.ClientOf(person);
            foreach (var part in (string[])["", "/content", "/thumbnail"])
            {
                using var answer = await client.GetAsync($"/api/images/{picture}{part}", TestContext.Current.CancellationToken);
                statuses.Add(answer.StatusCode);
            }
        }

        return statuses;
    }

    private async Task<(SomebodyInTest Owner, Guid Picture)> PictureAsync(string email, string visibility)
    {
        var owner = await studio.PersonAsync(email, PersonRoles.Member);
        using var client = studio.ClientOf(owner);
        var picture = await client.FinishedPictureAsync();
        await using var database = await DatabaseAsync();
        await database.Pictures.Where(image => image.Id == picture)
            .ExecuteUpdateAsync(change => change.SetProperty(image => image.Visibility, visibility), TestContext.Current.CancellationToken);
        return (owner, picture);
    }

    private Task<AppDbContext> DatabaseAsync() =>
        studio.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync(TestContext.Current.CancellationToken);
}
