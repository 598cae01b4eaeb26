using Bunit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using PromptCanvas.Data;
using PromptCanvas.Data.Identity;
using PromptCanvas.Data.People;
using PromptCanvas.Web.Components.Layout;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Components;

/// <summary>The bell follows what any process writes and reads.</summary>
public sealed class NoticeWatchTests(Studio studio) : IClassFixture<Studio>
{
    private static CancellationToken Cancellation => Xunit.TestContext.Current.CancellationToken;

    [Fact]
    public async Task Watch_TellsEachPersonTheirOwnNumber_OnceForEachChange()
    {
        var (one, other) = (await studio.PersonAsync("one@example.com", PersonRoles.Member), await studio.PersonAsync("other@example.com", PersonRoles.Member));
        var watch = ActivatorUtilities.CreateInstance<NoticeWatch>(studio.Services);
        var (told, toldOther) = (new List<int>(), new List<int>());
        using var subscription = watch.Subscribe(one.Id, told.Add);
        var second = watch.Subscribe(other.Id, toldOther.Add);
        await watch.LookAsync(Cancellation);
        await NoticeAsync(one.Id);
        await watch.LookAsync(Cancellation);
        await watch.LookAsync(Cancellation);
        await studio.Services.GetRequiredService<NoticeBoard>().MarkReadAsync(one.Id, long.MaxValue, Cancellation);
        await NoticeAsync(other.Id);
        second.Dispose();
        await watch.LookAsync(Cancellation);

        Assert.Equal([0, 1, 0], told);
        Assert.Equal([0], toldOther);
    }

    [Fact]
    public async Task Bell_OfAnOpenPage_ShowsWhatCame_WithoutAReload()
    {
        var person = await studio.PersonAsync("open@example.com", PersonRoles.Member);
        using var page = new BunitContext();
        page.Services.AddLocalization();
        var watch = ActivatorUtilities.CreateInstance<NoticeWatch>(studio.Services);
        page.Services.AddSingleton(watch);
        page.Services.AddSingleton(studio.Services.GetRequiredService<NoticeBoard>());
        page.Services.AddSingleton(studio.Services.GetRequiredService<IDatabaseFaults>());
        page.AddAuthorization().SetAuthorized("open").SetClaims(new System.Security.Claims.Claim(System.Security.Claims.ClaimTypes.NameIdentifier, person.Id.ToString()));
        page.SetRendererInfo(new Microsoft.AspNetCore.Components.RendererInfo("Server", isInteractive: true));
        var bell = page.Render<NoticeBell>();
        Assert.Empty(bell.FindAll(".bell-count"));

        await NoticeAsync(person.Id);
        await watch.LookAsync(Cancellation);

        bell.WaitForAssertion(() => Assert.Equal("1", bell.Find(".bell-count").TextContent));
        Assert.Contains("1 new notification", bell.Find("[aria-live]").TextContent, StringComparison.Ordinal);
    }

    private async Task NoticeAsync(Guid personId)
    {
        await using var database = await studio.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync(Cancellation);
        database.Notices.Add(new Notice { PersonId = personId, Kind = NoticeKinds.Commented, By = "Ada", Reason = "", At = TimeProvider.System.GetUtcNow() });
        await database.SaveChangesAsync(Cancellation);
    }
}
