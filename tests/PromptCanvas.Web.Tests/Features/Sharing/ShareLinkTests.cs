using System.Net;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using PromptCanvas.Data;
using PromptCanvas.Data.Access;
using PromptCanvas.Data.Boards;
using PromptCanvas.Data.People;
using PromptCanvas.Imaging.Png;
using PromptCanvas.Web.Features.Sharing;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Features.Sharing;

public sealed partial class ShareLinkTests(Studio studio) : IClassFixture<Studio>
{
    private const string Prompt = "a red cube on top of a blue cube";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Link_MadeOnThePage_ShowsThePictureToStrangers_WithTagsForPreviews()
    {
        var (_, picture, path) = await LinkAsync("open@example.com", ("Download", "true"), ("Prompt", "true"));
        using var stranger = studio.ClientOf(null);

        var page = await stranger.GetStringAsync(path, Cancellation);
        using var bytes = await stranger.GetAsync($"{path}/images/{picture}/content", Cancellation);
        using var thumbnail = await stranger.GetAsync($"{path}/images/{picture}/thumbnail", Cancellation);
        var data = await (await stranger.GetAsync($"{path}/data", Cancellation)).ReadJsonAsync();

        Assert.Contains($"""<meta property="og:title" content="{Prompt}" """.TrimEnd(), page, StringComparison.Ordinal);
        Assert.Contains($"""<meta property="og:image" content="http://localhost{path}/images/{picture}/thumbnail" """.TrimEnd(), page, StringComparison.Ordinal);
        Assert.Equal("image/png", bytes.Content.Headers.ContentType?.MediaType);
        Assert.NotNull(PictureText.Read(await bytes.Content.ReadAsByteArrayAsync(Cancellation)));
        Assert.True(bytes.Headers.CacheControl?.NoStore);
        Assert.Equal("noindex", Assert.Single(bytes.Headers.GetValues("X-Robots-Tag")));
        Assert.Equal("image/webp", thumbnail.Content.Headers.ContentType?.MediaType);
        Assert.Equal(Prompt, data.GetProperty("images")[0].GetProperty("prompt").GetString());
    }

    [Fact]
    public async Task Link_ThatIsGone_ShowsAGuestNoNavigationOfTheStudio()
    {
        using var stranger = studio.ClientOf(null);

        using var answer = await stranger.GetAsync("/s/revoked-or-never-made", Cancellation);
        var page = await answer.TextAsync();

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Contains("Ask the person who sent it for a new one", page, StringComparison.Ordinal);
        Assert.DoesNotContain("class=\"rail", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Link_WithoutPromptAndDownload_GivesAwayNeither()
    {
        var (_, picture, path) = await LinkAsync("closed@example.com");
        using var stranger = studio.ClientOf(null);

        Assert.DoesNotContain(Prompt, await stranger.GetStringAsync(path, Cancellation), StringComparison.Ordinal);
        Assert.DoesNotContain(Prompt, await stranger.GetStringAsync($"{path}/data", Cancellation), StringComparison.Ordinal);
        using var bytes = await stranger.GetAsync($"{path}/images/{picture}/content", Cancellation);
        Assert.Equal(HttpStatusCode.NotFound, bytes.StatusCode);
    }

    [Fact]
    public async Task Download_WithoutThePrompt_HasNoTextInItsFile()
    {
        var (_, picture, path) = await LinkAsync("stripped@example.com", ("Download", "true"));
        using var stranger = studio.ClientOf(null);

        var png = await stranger.GetByteArrayAsync($"{path}/images/{picture}/content", Cancellation);

        Assert.Empty(PngText.Read(png));
        Assert.DoesNotContain("cube", System.Text.Encoding.Latin1.GetString(png), StringComparison.Ordinal);

        // Signed again: it still says that a model made it, and that it was not changed.
        var manifest = PromptCanvas.Provenance.PictureVerifier.Verify(png, TimeProvider.System.GetUtcNow()).Manifest;
        Assert.True(manifest!.IsIntact);
        Assert.Equal("trainedAlgorithmicMedia", manifest.Actions[0].SourceType);
    }

    [Fact]
    public async Task Password_GuardsPageBytesThumbnailAndDataAlike()
    {
        var (_, picture, path) = await LinkAsync("locked@example.com", ("Download", "true"), ("Prompt", "true"), ("Password", "open sesame"));
        using var stranger = studio.Browser();
        string[] parts = [$"{path}/data", $"{path}/images/{picture}/content", $"{path}/images/{picture}/thumbnail"];

        var page = await stranger.GetStringAsync(path, Cancellation);
        foreach (var part in parts)
        {
            using var closed = await stranger.GetAsync(part, Cancellation);
            Assert.Equal(HttpStatusCode.Unauthorized, closed.StatusCode);
        }

        using var wrong = await stranger.SendFormAsync(path, "password", ("Password", "open barley"));
        Assert.Contains("Wrong password", await wrong.TextAsync(), StringComparison.Ordinal);
        using var right = await stranger.SendFormAsync(path, "password", ("Password", "open sesame"));
        Assert.Equal(HttpStatusCode.Found, right.StatusCode);
        foreach (var part in parts)
        {
            using var open = await stranger.GetAsync(part, Cancellation);
            Assert.Equal(HttpStatusCode.OK, open.StatusCode);
        }

        Assert.DoesNotContain(Prompt, page, StringComparison.Ordinal);
        Assert.DoesNotContain("og:image", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Password_OfABoard_SpeaksOfTheBoard()
    {
        var owner = await studio.PersonAsync("lockedboard@example.com", PersonRoles.Member);
        var board = new Board { Id = Guid.NewGuid(), PersonId = owner.Id, Name = "Cubes", CreatedAt = TimeProvider.System.GetUtcNow() };
        await using var database = Database();
        database.Add(board);
        await database.SaveChangesAsync(Cancellation);
        using var browser = studio.Browser(owner.Cookie);
        using var made = await browser.SendFormAsync($"/boards/{board.Id}/share", "link", ("Days", "30"), ("Password", "open sesame"));
        using var stranger = studio.ClientOf(null);

        var door = await stranger.GetStringAsync(Address().Match(await made.TextAsync()).Value, Cancellation);

        Assert.Contains("This board is password-protected", door, StringComparison.Ordinal);
        Assert.DoesNotContain("picture", door[door.IndexOf("<title", StringComparison.Ordinal)..door.IndexOf("</title>", StringComparison.Ordinal)], StringComparison.Ordinal);
        Assert.DoesNotContain("his picture", door, StringComparison.Ordinal);
        Assert.Contains("""<meta property="og:title" content="A board made with PromptCanvas" """.TrimEnd(), door, StringComparison.Ordinal);
        Assert.DoesNotContain("Cubes", door, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Password_TriedTooOften_HasToWait()
    {
        await using var strict = new Studio();
        strict.Settings["RateLimits:SignInPerMinute"] = "2";
        var (_, _, path) = await LinkAsync(strict, "strict@example.com", ("Password", "open sesame"));
        using var stranger = strict.Browser();
        for (var tries = 0; tries < 2; tries++)
        {
            using var wrong = await stranger.SendFormAsync(path, "password", ("Password", "guess"));
        }

        using var answer = await stranger.SendFormAsync(path, "password", ("Password", "open sesame"));

        Assert.Contains("Too many attempts", await answer.TextAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.TooManyRequests, answer.StatusCode);
        Assert.InRange(answer.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 30);
        using var data = await stranger.GetAsync($"{path}/data", Cancellation);
        Assert.Equal(HttpStatusCode.Unauthorized, data.StatusCode);
    }

    [Theory]
    [InlineData("expired")]
    [InlineData("revoked")]
    [InlineData("deleted")]
    [InlineData("taken down")]
    [InlineData("suspended")]
    public async Task Link_ThatIsOver_IsNotThere(string why)
    {
        var (owner, picture, path) = await LinkAsync($"{why.Replace(" ", "", StringComparison.Ordinal)}@example.com", ("Download", "true"));
        await using var database = Database();
        var past = TimeProvider.System.GetUtcNow().AddSeconds(-1);
        var links = database.ShareLinks.Where(link => link.ImageId == picture);
        await (why switch
        {
            "expired" => links.ExecuteUpdateAsync(change => change.SetProperty(link => link.ExpiresAt, past), Cancellation),
            "revoked" => RevokeAsync(owner, (await links.SingleAsync(Cancellation)).Id),
            "deleted" => database.Pictures.Where(image => image.Id == picture).ExecuteUpdateAsync(change => change.SetProperty(image => image.DeletedAt, past), Cancellation),
            "taken down" => database.Pictures.Where(image => image.Id == picture).ExecuteUpdateAsync(change => change.SetProperty(image => image.TakenDownAt, past), Cancellation),
            _ => database.People.Where(person => person.Id == owner.Id).ExecuteUpdateAsync(change => change.SetProperty(person => person.SuspendedAt, past), Cancellation),
        });
        using var stranger = studio.ClientOf(null);

        foreach (var part in (string[])["", "/data", $"/images/{picture}/content", $"/images/{picture}/thumbnail"])
        {
            using var answer = await stranger.GetAsync(path + part, Cancellation);
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        }
    }

    [Fact]
    public async Task Database_HoldsNeitherTokenNorPassword()
    {
        var (_, picture, path) = await LinkAsync("secrets@example.com", ("Password", "open sesame"));
        await using var database = Database();
        var link = await database.ShareLinks.SingleAsync(row => row.ImageId == picture, Cancellation);

        Assert.Equal(SecretToken.HashOf(path["/s/".Length..]), link.TokenHash);
        Assert.DoesNotContain("sesame", link.PasswordHash, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Picture_OfAnotherPerson_CannotBeShared()
    {
        var (_, picture, _) = await LinkAsync("theirs@example.com");
        var other = await studio.PersonAsync("other@example.com", PersonRoles.Member);
        await using var scope = studio.Services.CreateAsyncScope();

        var made = await scope.ServiceProvider.GetRequiredService<ShareLinks>()
            .MakeAsync(new Actor(other.Id, PersonRoles.Member), new NewShareLink(picture, null, 30, null, true, true), Cancellation);

        Assert.False(made.TryGet(out _, out var refusal));
        Assert.IsType<PromptCanvas.Data.Results.NotFound>(refusal);
    }

    [Fact]
    public async Task Board_ShowsItsOwnersPictures_AndNotWhatOthersPutThere()
    {
        var owner = await studio.PersonAsync("board@example.com", PersonRoles.Member);
        using var client = studio.ClientOf(owner);
        using var others = studio.ClientOf(await studio.PersonAsync("guest@example.com", PersonRoles.Member));
        var (mine, theirs) = (await client.FinishedPictureAsync(), await others.FinishedPictureAsync());
        var board = new Board { Id = Guid.NewGuid(), PersonId = owner.Id, Name = "Cubes", CreatedAt = TimeProvider.System.GetUtcNow() };
        await using var database = Database();
        database.AddRange(board, new BoardPicture { BoardId = board.Id, ImageId = mine, At = board.CreatedAt }, new BoardPicture { BoardId = board.Id, ImageId = theirs, At = board.CreatedAt });
        await database.SaveChangesAsync(Cancellation);
        using var browser = studio.Browser(owner.Cookie);
        using var made = await browser.SendFormAsync($"/boards/{board.Id}/share", "link", ("Days", "30"));
        using var stranger = studio.ClientOf(null);

        var page = await stranger.GetStringAsync(Address().Match(await made.TextAsync()).Value, Cancellation);

        Assert.Contains("Cubes", page, StringComparison.Ordinal);
        Assert.Contains($"{mine}", page, StringComparison.Ordinal);
        Assert.DoesNotContain($"{theirs}", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Board_WithoutPictures_SaysThatItIsEmpty()
    {
        var owner = await studio.PersonAsync("emptyboard@example.com", PersonRoles.Member);
        var board = new Board { Id = Guid.NewGuid(), PersonId = owner.Id, Name = "Cubes", CreatedAt = TimeProvider.System.GetUtcNow() };
        await using var database = Database();
        database.Add(board);
        await database.SaveChangesAsync(Cancellation);
        using var browser = studio.Browser(owner.Cookie);
        using var made = await browser.SendFormAsync($"/boards/{board.Id}/share", "link", ("Days", "30"));
        using var stranger = studio.ClientOf(null);

        var page = await stranger.GetStringAsync(Address().Match(await made.TextAsync()).Value, Cancellation);

        Assert.Contains("This board is empty", page, StringComparison.Ordinal);
    }

    private AppDbContext Database() => studio.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContext();

    private async Task<int> RevokeAsync(SomebodyInTest owner, Guid linkId)
    {
        using var browser = studio.Browser(owner.Cookie);
        using var answer = await browser.SendFormAsync("/account/links", $"revoke-{linkId}");
        return (int)answer.StatusCode;
    }

    private Task<(SomebodyInTest Owner, Guid Picture, string Path)> LinkAsync(string email, params (string Name, string Value)[] fields) => LinkAsync(studio, email, fields);

    private static async Task<(SomebodyInTest Owner, Guid Picture, string Path)> LinkAsync(Studio studio, string email, params (string Name, string Value)[] fields)
    {
        var owner = await studio.PersonAsync(email, PersonRoles.Member);
        using var client = studio.ClientOf(owner);
        var picture = await client.FinishedPictureAsync();
        using var browser = studio.Browser(owner.Cookie);
        using var made = await browser.SendFormAsync($"/images/{picture}/share", "link", [("Days", "30"), .. fields]);
        return (owner, picture, Address().Match(await made.TextAsync()).Value);
    }

    [GeneratedRegex("/s/[A-Za-z0-9_-]{43}")]
    private static partial Regex Address();
}
