using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using PromptCanvas.Data;
using PromptCanvas.Data.Identity;
using PromptCanvas.Data.People;
using PromptCanvas.Generation.Supervision;
using PromptCanvas.Web.Features.Accounts;
using PromptCanvas.Web.Mail;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Features.Accounts;

/// <summary>The e-mail digest of unread notifications.</summary>
public sealed partial class DigestTests : IAsyncDisposable
{
    private readonly FakeTimeProvider clock = new(TimeProvider.System.GetUtcNow());
    private readonly MailBox box = new();
    private readonly Studio studio;
    private SomebodyInTest? reader;

    public DigestTests() => studio = Open(box.Port);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await studio.DisposeAsync();
        await box.DisposeAsync();
    }

    [Fact]
    public async Task Digest_UnlessAskedFor_IsNeverSent()
    {
        await NoticeAsync("Ada");
        clock.Advance(TimeSpan.FromDays(30));
        await SendAsync();

        Assert.Equal(0, box.Count);
    }

    [Theory]
    [InlineData("daily", 1)]
    [InlineData("weekly", 7)]
    public async Task Digest_ComesOnceAPeriod_WithWhatIsUnreadAndNew(string rhythm, int days)
    {
        await SetAsync(rhythm);
        await NoticeAsync("Ada");
        var read = await NoticeAsync("Bob");
        await ReadNoticeAsync(read);
        clock.Advance(TimeSpan.FromDays(days) - TimeSpan.FromMinutes(1));
        await SendAsync();
        Assert.Equal(0, box.Count);

        clock.Advance(TimeSpan.FromMinutes(2));
        await SendAsync();
        await SendAsync();

        var (to, text) = await box.ReadAsync(Cancellation);
        Assert.Equal(reader!.Email, to);
        Assert.Contains("Subject: 1 new notification in PromptCanvas", text, StringComparison.Ordinal);
        Assert.Contains("Ada commented on your picture", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Bob", text, StringComparison.Ordinal);
        Assert.DoesNotContain("words of a comment", text, StringComparison.Ordinal);
        Assert.Contains("https://studio.example/account/notifications", text, StringComparison.Ordinal);
        Assert.Equal(0, box.Count);

        // Still unread, and not sent again.
        clock.Advance(TimeSpan.FromDays(days));
        await SendAsync();
        Assert.Equal(0, box.Count);
    }

    [Fact]
    public async Task Digest_WhoseProcessWasKilled_IsNotSentAgain()
    {
        await SetAsync(DigestRhythms.Daily);
        await NoticeAsync("Ada");
        clock.Advance(TimeSpan.FromDays(1));
        var digests = Digests();
        var turn = Assert.Single(await digests.DueAsync(Cancellation));
        Assert.NotNull(await digests.TakeAsync(turn, Cancellation));

        // Killed here, before or after the mail server took it.
        Assert.Null(await digests.TakeAsync(turn, Cancellation));
        await SendAsync();
        Assert.Equal(0, box.Count);
        await NoticeAsync("Bob");
        clock.Advance(TimeSpan.FromDays(1));
        await SendAsync();

        var (_, text) = await box.ReadAsync(Cancellation);
        Assert.Contains("Bob", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Ada", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task MailServer_ThatDoesNotAnswer_EndsNothing_AndTheDigestComesLater()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var port = ((IPEndPoint)silent.LocalEndpoint).Port;
        silent.Stop();
        await using var failing = Open(port);
        await AskAsync(failing);
        await NoticeAsync("Ada", failing);
        clock.Advance(TimeSpan.FromDays(1));

        using var service = ServiceOf(failing);
        await service.SendDueAsync(Cancellation);
        Assert.True(failing.Services.GetRequiredService<BackgroundFaults>().Counts[nameof(Mailer)] > 0);
        Assert.Empty(await DigestsOf(failing).DueAsync(Cancellation));
        clock.Advance(DigestService.RetryDelay);

        Assert.Equal(0, Assert.Single(await DigestsOf(failing).DueAsync(Cancellation)).NoticeId);
    }

    [Fact]
    public async Task MailServer_ThatHangsUpAfterItTookTheMail_DoesNotGetItAgain()
    {
        await using var rude = new MailBox { HangsUpAfterMail = true };
        await using var other = Open(rude.Port);
        await AskAsync(other);
        await NoticeAsync("Ada", other);
        clock.Advance(TimeSpan.FromDays(1));

        using var service = ServiceOf(other);
        await service.SendDueAsync(Cancellation);
        clock.Advance(TimeSpan.FromDays(1));
        await service.SendDueAsync(Cancellation);

        Assert.Equal(1, rude.Count);
    }

    [Fact]
    public async Task Unsubscribe_ByTheMailProgram_WorksSignedOut_AndAGetChangesNothing()
    {
        var text = await MailAsync();
        var address = OneClick().Match(text).Groups[1].Value;
        Assert.Contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click", text, StringComparison.Ordinal);
        using var stranger = studio.Stranger();
        using var looked = await stranger.GetAsync(new Uri(address).PathAndQuery, Cancellation);
        Assert.Equal(HttpStatusCode.Found, looked.StatusCode);
        Assert.Equal(DigestRhythms.Daily, await Digests().RhythmOfAsync(reader!.Id, Cancellation));

        using var ended = await stranger.PostFieldsAsync(new Uri(address).PathAndQuery, ("List-Unsubscribe", "One-Click"));

        Assert.Equal(HttpStatusCode.OK, ended.StatusCode);
        Assert.Null(await Digests().RhythmOfAsync(reader.Id, Cancellation));
    }

    [Fact]
    public async Task Unsubscribe_OnThePage_AsksFirst()
    {
        var address = new Uri(PageLink().Match(await MailAsync()).Groups[1].Value).PathAndQuery;
        using var stranger = studio.Stranger();
        var page = await stranger.GetStringAsync(address, Cancellation);
        Assert.Contains("Stop sending your notifications by e-mail?", page, StringComparison.Ordinal);
        Assert.Equal(DigestRhythms.Daily, await Digests().RhythmOfAsync(reader!.Id, Cancellation));

        using var ended = await stranger.PostFieldsAsync(address.Replace("/unsubscribe", "/unsubscribe/now", StringComparison.Ordinal), ("page", "true"));

        Assert.Equal(address, ended.Headers.Location!.OriginalString);
        Assert.Contains("You are unsubscribed.", await stranger.GetStringAsync(address, Cancellation), StringComparison.Ordinal);
        Assert.Null(await Digests().RhythmOfAsync(reader.Id, Cancellation));
    }

    [Theory]
    [InlineData("")]
    [InlineData("never")]
    [InlineData("AAAA")]
    public async Task Unsubscribe_WithAnotherToken_ChangesNothing(string token)
    {
        using var stranger = studio.Stranger();
        using var refused = await stranger.PostFieldsAsync($"/unsubscribe/now?token={token}", ("List-Unsubscribe", "One-Click"));

        Assert.Equal(HttpStatusCode.NotFound, refused.StatusCode);
        Assert.Contains("This link is not valid.", await stranger.GetStringAsync($"/unsubscribe?token={token}", Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Choice_OnTheNotificationsPage_IsStored_AndOnlyOfferedWhereMailIsConfigured()
    {
        reader = await studio.PersonAsync("reader@example.com", PersonRoles.Member);
        using var browser = studio.Browser(reader.Cookie);
        Assert.Matches("value=\"off\" selected", await browser.GetStringAsync("/account/notifications", Cancellation));
        using var saved = await browser.SendFormAsync("/account/notifications", "digest", ("Rhythm", "weekly"));
        Assert.Equal(DigestRhythms.Weekly, await Digests().RhythmOfAsync(reader.Id, Cancellation));
        using var off = await browser.SendFormAsync("/account/notifications", "digest", ("Rhythm", "off"));
        Assert.Null(await Digests().RhythmOfAsync(reader.Id, Cancellation));

        await using var silent = new Studio();
        using var other = silent.Browser(silent.Administrator.Cookie);
        Assert.DoesNotContain("E-mail digest", await other.GetStringAsync("/account/notifications", Cancellation), StringComparison.Ordinal);
    }

    private static Studio Open(int port)
    {
        var studio = new Studio();
        foreach (var (name, value) in ((string, string)[])[("Host", "127.0.0.1"), ("Port", $"{port}"), ("Security", "None"), ("From", "studio@example.com"), ("PublicAddress", "https://studio.example")])
        {
            studio.Settings[$"Mail:{name}"] = value;
        }

        return studio;
    }

    private Digests Digests() => DigestsOf(studio);

    private Digests DigestsOf(Studio of) => new(of.Services.GetRequiredService<IDbContextFactory<AppDbContext>>(), clock);

    private DigestService ServiceOf(Studio of) => new(
        DigestsOf(of), of.Services.GetRequiredService<DigestLetter>(), of.Services.GetRequiredService<Mailer>(), clock, of.Services.GetRequiredService<Supervisor>());

    private async Task SendAsync()
    {
        using var service = ServiceOf(studio);
        await service.SendDueAsync(Cancellation);
    }

    private Task SetAsync(string rhythm) => AskAsync(studio, rhythm);

    private async Task AskAsync(Studio of, string rhythm = DigestRhythms.Daily)
    {
        reader = await of.PersonAsync("reader@example.com", PersonRoles.Member);
        await DigestsOf(of).SetAsync(reader.Id, rhythm, Cancellation);
    }

    private async Task<string> MailAsync()
    {
        await SetAsync(DigestRhythms.Daily);
        await NoticeAsync("Ada");
        clock.Advance(TimeSpan.FromDays(1));
        await SendAsync();
        return (await box.ReadAsync(Cancellation)).Text;
    }

    private async Task<long> NoticeAsync(string by, Studio? of = null)
    {
        of ??= studio;
        reader ??= await of.PersonAsync("reader@example.com", PersonRoles.Member);
        await using var database = await of.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync(Cancellation);
        var person = await database.People.SingleAsync(row => row.Id == reader.Id, Cancellation);
        person.EmailConfirmed = true;
        var notice = new Notice { PersonId = reader.Id, Kind = NoticeKinds.Commented, By = by, Reason = "words of a comment", At = clock.GetUtcNow() };
        database.Notices.Add(notice);
        await database.SaveChangesAsync(Cancellation);
        return notice.Id;
    }

    private async Task ReadNoticeAsync(long id)
    {
        await using var database = await studio.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync(Cancellation);
        await database.Notices.Where(notice => notice.Id == id).ExecuteUpdateAsync(change => change.SetProperty(notice => notice.ReadAt, clock.GetUtcNow()), Cancellation);
    }

    [GeneratedRegex("List-Unsubscribe: ?\\s*<([^>]+)>")]
    private static partial Regex OneClick();

    [GeneratedRegex("(https://studio.example/unsubscribe\\?token=\\S+)")]
    private static partial Regex PageLink();
}
