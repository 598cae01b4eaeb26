using System.Runtime.InteropServices;
using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Access;
using PromptCanvas.Data.Boards;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Data.People;
using PromptCanvas.Data.Pictures;
using PromptCanvas.Generation.Library;
using PromptCanvas.Generation.Tests.Fakes;

namespace PromptCanvas.Generation.Tests.Library;

/// <summary>Gallery filters: page, timeline and count agree on both databases, and none reveals hidden pictures.</summary>
public sealed class FilterTests(PostgresServer server) : IAsyncDisposable
{
    private static readonly Actor Ann = new(new Guid("a0000000-0000-4000-8000-00000000000a"), PersonRoles.Member);
    private static readonly Actor Ben = new(new Guid("b0000000-0000-4000-8000-00000000000b"), PersonRoles.Member);
    private static readonly Actor Cleo = new(new Guid("c0000000-0000-4000-8000-00000000000c"), PersonRoles.Member);
    private static readonly DateTimeOffset Noon = new(2026, 3, 10, 12, 0, 0, TimeSpan.Zero);

    private readonly TemporaryFolder folder = new();
    private readonly Dictionary<string, Guid> pictures = [];
    private Studio studio = null!;

    public static TheoryData<DatabaseProvider> Both => Databases.Both;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Filters_OneByOneAndTogether_FindWhatFits(DatabaseProvider provider)
    {
        await StartAsync(provider);
        await AddAsync(
            new("fox", Ann, Noon),
            new("edited fox", Ann, Noon.AddDays(1)) { Kind = JobKinds.Edit },
            new("cat", Ben, Noon.AddDays(2)),
            new("edited cat", Ben, Noon.AddDays(3)) { Kind = JobKinds.Edit });
        var board = await BoardAsync(Ann, Visibilities.Private, "fox", "edited cat");
        await studio.Get<ILibrary>().MarkAsync(Ann, pictures["cat"], isFavourite: true, Cancellation);
        await studio.Get<ILibrary>().MarkAsync(Ben, pictures["fox"], isFavourite: true, Cancellation);

        await FindsAsync(Ann, new() { Maker = Ben.PersonId }, "edited cat", "cat");
        await FindsAsync(Ann, new() { Kind = JobKinds.Edit }, "edited cat", "edited fox");
        await FindsAsync(Ann, new() { Board = board }, "edited cat", "fox");
        await FindsAsync(Ann, new() { MarkedOnly = true }, "cat");
        await FindsAsync(Ann, new() { Maker = Ben.PersonId, Kind = JobKinds.Edit, Board = board }, "edited cat");
        await FindsAsync(Ann, new() { Maker = Ann.PersonId, Words = "EDITED" }, "edited fox");

        // PostgreSQL rejects NUL; it separates words, like a space.
        await FindsAsync(Ann, new() { Words = "edited\0fox" }, "edited fox");
        await FindsAsync(Ann, new() { GalleryView = GalleryView.Mine, MarkedOnly = true });
        await FindsAsync(Ben, new() { GalleryView = GalleryView.Favourites, Maker = Ann.PersonId }, "fox");
        await FindsAsync(Ann, new() { Kind = "no such kind" });
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task WithoutSeries_LeavesOutWhatDataSetsAndAuditsHadMade(DatabaseProvider provider)
    {
        await StartAsync(provider);
        await AddAsync(
            new("own", Ann, Noon),
            new("by a program", Ann, Noon.AddDays(1)) { Tag = "v1" },
            new("of a data set", Ann, Noon.AddDays(2)) { Tag = SeriesTags.Dataset },
            new("of an audit", Ann, Noon.AddDays(3)) { Tag = SeriesTags.Bias });

        await FindsAsync(Ann, new() { WithoutSeries = true }, "by a program", "own");
        await FindsAsync(Ann, new(), "of an audit", "of a data set", "by a program", "own");
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Dates_TakeTheirFirstMomentInAndTheEndOut(DatabaseProvider provider)
    {
        await StartAsync(provider);
        var (before, first, last, after) = (Noon.AddTicks(-10), Noon, Noon.AddDays(1).AddTicks(-10), Noon.AddDays(1));
        await AddAsync(new("before", Ann, before), new("first", Ann, first), new("last", Ann, last), new("after", Ann, after));

        // A day in UTC+2.
        var from = Noon.ToOffset(TimeSpan.FromHours(2));
        await FindsAsync(Ann, new() { From = from }, "after", "last", "first");
        await FindsAsync(Ann, new() { Before = from.AddDays(1) }, "last", "first", "before");
        await FindsAsync(Ann, new() { From = from, Before = from.AddDays(1) }, "last", "first");
        await FindsAsync(Ann, new() { From = from.AddDays(1), Before = from });
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Filters_OfWhatIsHidden_ShowAndCountNothing(DatabaseProvider provider)
    {
        await StartAsync(provider);
        await AddAsync(
            new("shown", Ben, Noon) { Kind = JobKinds.Vary },
            new("private", Ben, Noon.AddDays(1)) { Kind = JobKinds.Vary, Visibility = Visibilities.Private },
            new("taken down", Ben, Noon.AddDays(2)) { Kind = JobKinds.Vary, IsTakenDown = true },
            new("deleted", Ben, Noon.AddDays(3)) { Kind = JobKinds.Vary, IsDeleted = true },
            new("Cleo's own", Cleo, Noon.AddDays(4)) { Visibility = Visibilities.Private });
        var hidden = await BoardAsync(Ben, Visibilities.Private, "shown", "private");
        var shared = await BoardAsync(Ben, Visibilities.Team, "shown", "private", "taken down", "deleted");

        await FindsAsync(Ann, new() { Maker = Ben.PersonId }, "shown");
        await FindsAsync(Ann, new() { Maker = Cleo.PersonId });
        await FindsAsync(Ann, new() { Kind = JobKinds.Vary }, "shown");
        await FindsAsync(Ann, new() { From = Noon.AddHours(1) });
        await FindsAsync(Ann, new() { Board = shared }, "shown");
        await FindsAsync(Ann, new() { Board = hidden });
        await FindsAsync(Ben, new() { Board = hidden }, "private", "shown");
        await FindsAsync(Ann, new() { GalleryView = GalleryView.Trash, Maker = Ben.PersonId });
        await FindsAsync(Ben, new() { GalleryView = GalleryView.Trash, Kind = JobKinds.Vary }, "deleted");

        // A picture that was marked first and hidden later.
        await studio.Get<ILibrary>().MarkAsync(Ben, pictures["private"], isFavourite: true, Cancellation);
        await FindsAsync(Ann, new() { MarkedOnly = true });
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Choices_AreTheMakersAndBoardsThatOneMaySee(DatabaseProvider provider)
    {
        await StartAsync(provider);
        await AddAsync(
            new("shown", Ben, Noon),
            new("own", Ann, Noon) { Visibility = Visibilities.Private },
            new("private", Cleo, Noon) { Visibility = Visibilities.Private });
        var own = await BoardAsync(Ann, Visibilities.Private);
        var shared = await BoardAsync(Ben, Visibilities.Team);
        await BoardAsync(Ben, Visibilities.Private);

        var choices = await studio.Get<IFilterOptions>().ReadAsync(Ann, Cancellation);
        Assert.Equal([(Ann.PersonId, "Ann"), (Ben.PersonId, "Ben")], choices.Makers.Select(maker => (maker.Id, maker.Name)));
        Assert.Equal([(own, null), (shared, "Ben")], choices.Boards.Select(board => (board.Id, board.Owner)));
    }

    // All but the last are closer to the query picture, and there are more of them than the first batch holds. Vectors are kept in 16 bits, which order these.
    [Theory]
    [MemberData(nameof(Both))]
    public async Task Likeness_WithANarrowFilter_FindsWhatIsFarAway(DatabaseProvider provider)
    {
        await StartAsync(provider);
        await AddAsync([.. Enumerable.Range(0, 1500).Select(number => new Added($"near {number}", Ben, Noon.AddSeconds(number)) { Embedding = [1, number / 10f] })]);
        await AddAsync(new("farther", Ann, Noon) { Embedding = [-1, 0] }, new("far", Ann, Noon) { Embedding = [-1, -0.1f] });

        var found = await studio.Get<ILibrary>().ReadAsync(Ann, new() { Like = pictures["near 0"], Maker = Ann.PersonId }, null, 24, Cancellation);
        Assert.Equal(["far", "farther"], found.Pictures.Select(picture => picture.Prompt));

        var nearest = await studio.Get<ILibrary>().ReadAsync(Ann, new() { Like = pictures["near 0"] }, null, 3, Cancellation);
        Assert.Equal(["near 1", "near 2", "near 3"], nearest.Pictures.Select(picture => picture.Prompt));
    }

    public async ValueTask DisposeAsync()
    {
        await studio.DisposeAsync();
        folder.Dispose();
    }

    // Page, timeline, times and count are four separate queries.
    private async Task FindsAsync(Actor actor, LibraryFilter filter, params string[] expected)
    {
        var until = Noon.AddYears(1);
        var page = await studio.Get<ILibrary>().ReadAsync(actor, filter, null, 24, Cancellation);
        var times = await studio.Get<IPictureTimeline>().TimesAsync(actor, filter, until, Cancellation);
        var wall = await studio.Get<IPictureTimeline>().ReadRangeAsync(actor, filter, until, 0, 24, Cancellation);

        Assert.Equal(expected, page.Pictures.Select(picture => picture.Prompt));
        Assert.Equal(expected, wall.Select(picture => picture.Prompt));
        Assert.Equal(wall.Select(picture => picture.CreatedAt), times);
        Assert.Equal(expected.Length, await studio.Get<IPictureTimeline>().CountAsync(actor, filter, until, Cancellation));
    }

    private async Task StartAsync(DatabaseProvider provider)
    {
        studio = new Studio(folder.Path, settings: await server.SettingsAsync(provider));
        await studio.PrepareAsync();
        await using var database = studio.OpenDatabase();
        foreach (var (actor, name) in new[] { (Ann, "Ann"), (Ben, "Ben"), (Cleo, "Cleo") })
        {
            database.People.Add(new Person { Id = actor.PersonId, DisplayName = name, Role = PersonRoles.Member, CreatedAt = Noon, UserName = name, Email = $"{name}@example.com" });
        }

        await database.SaveChangesAsync(Cancellation);
    }

    private async Task AddAsync(params Added[] added)
    {
        var job = await studio.SubmitAsync(TestRequests.Fox($"key {pictures.Count}"));
        await using var database = studio.OpenDatabase();
        foreach (var picture in added)
        {
            var image = new Picture
            {
                Id = Guid.NewGuid(),
                JobId = job,
                ImageIndex = pictures.Count,
                Kind = picture.Kind,
                Tag = picture.Tag,
                PersonId = picture.Owner.PersonId,
                Visibility = picture.Visibility,
                TakenDownAt = picture.IsTakenDown ? Noon : null,
                DeletedAt = picture.IsDeleted ? Noon : null,
                ContentHash = "content",
                ThumbnailHash = "thumbnail",
                Width = 64,
                Height = 64,
                Seed = 1,
                Prompt = picture.Prompt,
                Model = "starter",
                Recipe = "{}",
                Timings = "{}",
                CreatedAt = picture.At,
                ImageEmbedding = MemoryMarshal.AsBytes(picture.Embedding.AsSpan()).ToArray(),
            };
            pictures.Add(picture.Prompt, image.Id);
            database.Pictures.Add(image);
        }

        await database.SaveChangesAsync(Cancellation);
    }

    // Inserted directly: pictures that may not be added now may have been added while they were visible.
    private async Task<Guid> BoardAsync(Actor owner, string visibility, params string[] prompts)
    {
        var made = await studio.Get<IBoards>().MakeAsync(owner, "Board", Cancellation);
        Assert.True(made.TryGet(out var id, out _));
        Assert.Null((await studio.Get<IBoards>().ChangeAsync(owner, id, "Board", visibility, Cancellation)).Refusal);
        await using var database = studio.OpenDatabase();
        database.BoardPictures.AddRange(prompts.Select(prompt => new BoardPicture { BoardId = id, ImageId = pictures[prompt], At = Noon }));
        await database.SaveChangesAsync(Cancellation);
        return id;
    }

    private sealed record Added(string Prompt, Actor Owner, DateTimeOffset At)
    {
        public string Kind { get; init; } = JobKinds.Generate;

        public string Visibility { get; init; } = Visibilities.Team;

        public string? Tag { get; init; }

        public bool IsTakenDown { get; init; }

        public bool IsDeleted { get; init; }

        public float[] Embedding { get; init; } = [1, 0];
    }
}
