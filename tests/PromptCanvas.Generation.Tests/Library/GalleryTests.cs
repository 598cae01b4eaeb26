using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data.Pictures;
using PromptCanvas.Generation.Library;
using PromptCanvas.Generation.Tests.Fakes;

namespace PromptCanvas.Generation.Tests.Library;

public sealed class GalleryTests : IAsyncDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly Studio studio;

    public GalleryTests() => studio = new Studio(folder.Path);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ReadAsync_WhilePicturesAreAdded_ShowsEachOnceNewestFirst()
    {
        await studio.PrepareAsync();

        // Groups of three with equal times, so that the id decides their order.
        var added = await AddAsync(first: 0, count: 20);
        var seen = new List<PictureView>();
        string? next = null;
        do
        {
            var page = await studio.Get<ILibrary>().ReadAsync(Studio.Somebody, LibraryFilter.Everything, next, 7, Cancellation);
            seen.AddRange(page.Pictures);
            next = page.Next;
            await AddAsync(first: 100 + seen.Count, count: 3);
        }
        while (next is not null);

        Assert.Equal(20, seen.Count);
        Assert.Equal(added.ToHashSet(), seen.Select(picture => picture.Id).ToHashSet());
        Assert.Equal(seen.Select(picture => picture.CreatedAt).OrderDescending(), seen.Select(picture => picture.CreatedAt));
    }

    [Fact]
    public async Task ReadAsync_ExactlyOnePage_HasNoNext()
    {
        await studio.PrepareAsync();
        await AddAsync(first: 0, count: 5);

        var page = await studio.Get<ILibrary>().ReadAsync(Studio.Somebody, LibraryFilter.Everything, null, 5, Cancellation);

        Assert.Equal(5, page.Pictures.Count);
        Assert.Null(page.Next);
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("ffffffffffffffff-00000000000000000000000000000000")]
    public async Task ReadAsync_UnknownPlace_IsEmpty(string after)
    {
        await studio.PrepareAsync();
        await AddAsync(first: 0, count: 1);

        Assert.Empty((await studio.Get<ILibrary>().ReadAsync(Studio.Somebody, LibraryFilter.Everything, after, 5, Cancellation)).Pictures);
    }

    [Fact]
    public async Task ReadAsync_Page_IsReadFromItsIndex()
    {
        await studio.PrepareAsync();
        await using var database = studio.OpenDatabase();
        await database.Database.OpenConnectionAsync(Cancellation);
        await using var command = database.Database.GetDbConnection().CreateCommand();
        command.CommandText = """EXPLAIN QUERY PLAN SELECT * FROM "Images" ORDER BY "CreatedAt" DESC, "Id" DESC LIMIT 24""";
        await using var plan = await command.ExecuteReaderAsync(Cancellation);

        Assert.True(await plan.ReadAsync(Cancellation));
        Assert.Contains("image_gallery", plan.GetString(3), StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        await studio.DisposeAsync();
        folder.Dispose();
    }

    private async Task<List<Guid>> AddAsync(int first, int count)
    {
        var job = await studio.SubmitAsync(TestRequests.Fox($"key {first}"));
        await using var database = studio.OpenDatabase();
        var images = Enumerable.Range(first, count).Select(number => new Picture
        {
            Id = Guid.NewGuid(),
            JobId = job,
            ImageIndex = number,
            ContentHash = "content",
            ThumbnailHash = "thumbnail",
            Width = 64,
            Height = 64,
            Seed = number,
            Prompt = "a fox",
            Model = "starter",
            Recipe = "{}",
            Timings = "{}",
            CreatedAt = studio.Clock.GetUtcNow().AddSeconds(number / 3),
            ImageEmbedding = [],
        }).ToList();
        database.Pictures.AddRange(images);
        await database.SaveChangesAsync(Cancellation);
        return [.. images.Select(image => image.Id)];
    }
}
