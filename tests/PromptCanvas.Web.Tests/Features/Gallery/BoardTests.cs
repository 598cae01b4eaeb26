using System.IO.Compression;
using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using PromptCanvas.Data;
using PromptCanvas.Data.Access;
using PromptCanvas.Data.People;
using PromptCanvas.Data.Pictures;
using PromptCanvas.Generation.Library;
using PromptCanvas.Generation.Results;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Features.Gallery;

/// <summary>Boards, comments and bundles: their content is visible only to people who have access to it.</summary>
public sealed class BoardTests(Studio studio) : IClassFixture<Studio>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private IBoards Boards => studio.Services.GetRequiredService<IBoards>();

    private IComments Comments => studio.Services.GetRequiredService<IComments>();

    private IBundles Bundles => studio.Services.GetRequiredService<IBundles>();

    [Fact]
    public async Task Board_Private_IsItsOwnersAlone_AndSharedItIsTheTeams()
    {
        var (ann, _) = await PersonAsync("ann@example.com");
        var (ben, _) = await PersonAsync("ben@example.com");
        var id = await MakeBoardAsync(ann, "Cubes");

        Assert.Null(await Boards.FindAsync(ben, id, Cancellation));
        Assert.IsType<NotFound>((await Boards.ChangeAsync(ben, id, "Mine now", Visibilities.Team, Cancellation)).Refusal);
        Assert.Null((await Boards.ChangeAsync(ann, id, "Our cubes", Visibilities.Team, Cancellation)).Refusal);
        Assert.Equal("Our cubes", (await Boards.FindAsync(ben, id, Cancellation))?.Name);
        await Boards.DeleteAsync(ben, id, Cancellation);
        Assert.NotNull(await Boards.FindAsync(ann, id, Cancellation));
    }

    [Fact]
    public async Task Picture_OnASharedBoard_IsSeenOnlyByWhoMaySeeThePicture()
    {
        var (cleo, cleos) = await PersonAsync("cleo@example.com");
        var (dan, _) = await PersonAsync("dan@example.com");
        var id = await MakeBoardAsync(cleo, "Mixed");
        await Boards.ChangeAsync(cleo, id, "Mixed", Visibilities.Team, Cancellation);
        var (open, hidden) = (await PictureAsync(cleos, "team"), await PictureAsync(cleos, "private"));

        Assert.Equal(2, await Boards.AddAsync(cleo, id, [open, hidden], Cancellation));
        Assert.Equal(0, await Boards.AddAsync(cleo, id, [open], Cancellation));
        Assert.Equal(0, await Boards.AddAsync(dan, id, [hidden], Cancellation));

        var theirs = await LibraryAsync(dan, id);
        Assert.Equal([open], theirs.Pictures.Select(picture => picture.Id));
        Assert.Equal(1, (await Boards.FindAsync(dan, id, Cancellation))?.Count);
        Assert.Equal(0, await Boards.RemoveAsync(dan, id, [open], Cancellation));
        Assert.Equal(1, await Boards.RemoveAsync(cleo, id, [open], Cancellation));
    }

    [Fact]
    public async Task Board_Hidden_ShowsNothingThroughItsFilter()
    {
        var (eve, eves) = await PersonAsync("eve@example.com");
        var (fay, _) = await PersonAsync("fay@example.com");
        var id = await MakeBoardAsync(eve, "Secret");
        await Boards.AddAsync(eve, id, [await PictureAsync(eves, "team")], Cancellation);

        Assert.Empty((await LibraryAsync(fay, id)).Pictures);
        Assert.Single((await LibraryAsync(eve, id)).Pictures);
    }

    [Fact]
    public async Task Comment_IsTakenOnSharedPicturesOnly_AndDeletedByItsWriterOrThePicturesOwner()
    {
        var (gil, gils) = await PersonAsync("gil@example.com");
        var (hal, _) = await PersonAsync("hal@example.com");
        var (ida, _) = await PersonAsync("ida@example.com");
        var (open, hidden) = (await PictureAsync(gils, "team"), await PictureAsync(gils, "private"));

        Assert.IsType<NotFound>((await Comments.AddAsync(hal, hidden, "I cannot see this", Cancellation)).Refusal);
        Assert.IsType<InvalidInput>((await Comments.AddAsync(hal, open, "  ", Cancellation)).Refusal);
        Assert.Null((await Comments.AddAsync(hal, open, "<b>Nice</b> cube", Cancellation)).Refusal);
        Assert.Null((await Comments.AddAsync(ida, open, "Very red", Cancellation)).Refusal);

        var comments = await Comments.ReadAsync(ida, open, Cancellation);
        Assert.Equal(["<b>Nice</b> cube", "Very red"], comments.Select(comment => comment.Text));
        Assert.Equal([false, true], comments.Select(comment => comment.MayDelete));
        Assert.False(await Comments.DeleteAsync(ida, comments[0].Id, Cancellation));
        Assert.True(await Comments.DeleteAsync(gil, comments[0].Id, Cancellation));
        Assert.True(await Comments.DeleteAsync(ida, comments[1].Id, Cancellation));
    }

    [Fact]
    public async Task Comment_Reported_IsReadAndDeletedByAnAdministrator()
    {
        var (_, joes) = await PersonAsync("joe@example.com");
        var (kim, _) = await PersonAsync("kim@example.com");
        var picture = await PictureAsync(joes, "team");
        await Comments.AddAsync(kim, picture, "something rude", Cancellation);
        var comment = Assert.Single(await Comments.ReadAsync(kim, picture, Cancellation));
        using var reporter = studio.Browser((await studio.PersonAsync("joe@example.com", PersonRoles.Member)).Cookie);
        using var reported = await reporter.SendFormAsync($"/images/{picture}/report?comment={comment.Id}", "report", ("Reason", "rude"));
        using var administrator = studio.Browser(studio.Administrator.Cookie);
        var page = await administrator.GetStringAsync("/admin/reports", Cancellation);
        var form = System.Text.RegularExpressions.Regex.Match(page, "comment-[0-9a-f-]{36}").Value;

        using var deleted = await administrator.SendFormAsync("/admin/reports", form);

        Assert.Equal(HttpStatusCode.Found, reported.StatusCode);
        Assert.Contains("something rude", page, StringComparison.Ordinal);
        Assert.Empty(await Comments.ReadAsync(kim, picture, Cancellation));
        Assert.DoesNotContain("rude", await administrator.GetStringAsync("/admin/reports", Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bundle_HoldsWhatItsOwnerMaySee_AndIsNobodyElses()
    {
        var (leo, leos) = await PersonAsync("leo@example.com");
        var (mia, mias) = await PersonAsync("mia@example.com");
        Guid[] pictures = [await PictureAsync(leos, "private"), await PictureAsync(mias, "team"), await PictureAsync(mias, "private")];

        var id = Assert.NotNull(await Bundles.StartAsync(leo, pictures, Cancellation));
        using var theirs = await mias.GetAsync($"/api/bundles/{id}/content", Cancellation);
        using var zip = new ZipArchive(await leos.GetStreamAsync($"/api/bundles/{id}/content", Cancellation));
        Assert.Equal(HttpStatusCode.NotFound, theirs.StatusCode);
        Assert.Null(Bundles.Count(mia, id));
        Assert.Equal(2, zip.Entries.Count);
        Assert.All(zip.Entries, entry => Assert.True(entry.Length > 100));
    }

    [Theory]
    [InlineData("private")]
    [InlineData("deleted")]
    [InlineData("taken down")]
    public async Task Bundle_OpenedLater_LeavesOutWhatIsNoLongerToBeSeen(string why)
    {
        var tag = why.Replace(" ", "", StringComparison.Ordinal);
        var (nia, nias) = await PersonAsync($"nia-{tag}@example.com");
        var (_, olis) = await PersonAsync($"oli-{tag}@example.com");
        var (kept, going) = (await PictureAsync(nias, "private"), await PictureAsync(olis, "team"));
        var id = Assert.NotNull(await Bundles.StartAsync(nia, [kept, going], Cancellation));
        await using var database = await studio.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync(Cancellation);
        var (past, row) = (TimeProvider.System.GetUtcNow().AddSeconds(-1), database.Pictures.Where(image => image.Id == going));
        await (why switch
        {
            "private" => row.ExecuteUpdateAsync(change => change.SetProperty(image => image.Visibility, Visibilities.Private), Cancellation),
            "deleted" => row.ExecuteUpdateAsync(change => change.SetProperty(image => image.DeletedAt, past), Cancellation),
            _ => row.ExecuteUpdateAsync(change => change.SetProperty(image => image.TakenDownAt, past), Cancellation),
        });

        using var zip = new ZipArchive(await nias.GetStreamAsync($"/api/bundles/{id}/content", Cancellation));

        Assert.StartsWith("001-", Assert.Single(zip.Entries).Name, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(studio.DataFolder, "*.zip", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Bundle_MoreDownloadsThanAllowed_AreRefused_UntilOneEnds()
    {
        var (pia, pias) = await PersonAsync("pia@example.com");
        var id = Assert.NotNull(await Bundles.StartAsync(pia, [await PictureAsync(pias, "private")], Cancellation));
        using var first = Bundles.Open(pia, id);
        var second = Bundles.Open(pia, id);

        Assert.Null(Bundles.Open(pia, id));
        using var refused = await pias.GetAsync($"/api/bundles/{id}/content", Cancellation);
        second?.Dispose();
        using var open = await pias.GetAsync($"/api/bundles/{id}/content", Cancellation);

        Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.OK), (refused.StatusCode, open.StatusCode));
    }

    private async Task<(Actor Actor, HttpClient Client)> PersonAsync(string email)
    {
        var person = await studio.PersonAsync(email, PersonRoles.Member);
        return (new Actor(person.Id, PersonRoles.Member), studio.ClientOf(person));
    }

    private async Task<Guid> MakeBoardAsync(Actor actor, string name)
    {
        Assert.True((await Boards.MakeAsync(actor, name, Cancellation)).TryGet(out var id, out _));
        return id;
    }

    private Task<PicturePage> LibraryAsync(Actor actor, Guid boardId) =>
        studio.Services.GetRequiredService<ILibrary>().ReadAsync(actor, LibraryFilter.Everything with { Board = boardId }, null, 20, Cancellation);

    private static async Task<Guid> PictureAsync(HttpClient client, string visibility)
    {
        var job = await client.MakeAsync(new { kind = "generate", prompt = "a red cube", count = 1, size = 64, visibility });
        return job.GetProperty("images")[0].GetProperty("id").GetGuid();
    }
}
