using System.Runtime.InteropServices;
using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data.Access;
using PromptCanvas.Data.Identity;
using PromptCanvas.Data.People;
using PromptCanvas.Data.Pictures;
using PromptCanvas.Data.Search;
using PromptCanvas.Generation.Configuration;
using PromptCanvas.Generation.Library;
using PromptCanvas.Generation.Settings;
using PromptCanvas.Generation.Storage;
using PromptCanvas.Generation.Tests.Fakes;

namespace PromptCanvas.Generation.Tests.Library;

public sealed class LibraryTests : IAsyncDisposable
{
    private static readonly Actor Me = Studio.Somebody;
    private static readonly Actor You = new(new Guid("5c6f7f0e-7d0f-4a9e-9d59-6f2f3ab1d002"), PersonRoles.Member);

    private static readonly TimeSpan Kept = TimeSpan.FromDays(new GenerationOptions().TrashDays);

    private readonly TemporaryFolder folder = new();
    private readonly Studio studio;
    private readonly List<Guid> pictures = [];

    public LibraryTests() => studio = new Studio(folder.Path);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private ILibrary Library => studio.Get<ILibrary>();

    [Theory]
    [InlineData("RED cube", new[] { 2, 0 })]
    [InlineData("  cube ", new[] { 2, 1, 0 })]
    [InlineData("cube red heart", new int[0])]
    [InlineData("100%_", new int[0])]
    public async Task Words_AllOfThemInAnyCase_FindTheirPrompts(string words, int[] expected)
    {
        await AddAsync(Me, ("a red cube", [1, 0]), ("a blue cube", [1, 0]), ("a big red cube", [1, 0]));

        Assert.Equal(expected.Select(index => pictures[index]), await FindAsync(Me, new LibraryFilter { Words = words }));
    }

    [Theory]
    [InlineData("ÄPFEL", new[] { 0 })]
    [InlineData("apfel", new[] { 0 })]
    [InlineData("äpfel", new[] { 0 })]
    [InlineData("КОТ", new[] { 1 })]
    [InlineData("strasse", new[] { 2 })]
    [InlineData("STRAßE", new[] { 2 })]
    [InlineData("猫", new[] { 3 })]
    [InlineData("黒い猫", new[] { 3 })]
    [InlineData("ΟΔΟΣ", new[] { 4 })]
    [InlineData("οδός", new[] { 4 })]
    [InlineData("istanbul", new[] { 5 })]
    [InlineData("ⅳ", new[] { 6 })]
    [InlineData("pfel", new int[0])]
    [InlineData("от", new int[0])]
    [InlineData("猫黒", new int[0])]
    public async Task Words_OfAnyScriptAndCase_FindWordsAndNotPartsOfThem(string words, int[] expected)
    {
        await AddAsync(
            Me, ("drei rote Äpfel", [1, 0]), ("Рыжий Кот", [1, 0]), ("eine Straße im Regen", [1, 0]), ("黒い猫と月", [1, 0]), ("η οδός μου", [1, 0]), ("İstanbul", [1, 0]), ("room IV", [1, 0]));

        Assert.Equal(expected.Select(index => pictures[index]), await FindAsync(Me, new LibraryFilter { Words = words }));
    }

    [Fact]
    public async Task SearchText_OfPicturesOfAnEarlierVersion_IsFilledAtTheStart()
    {
        await AddAsync(Me, ("drei rote ÄPFEL", [1, 0]));
        await using (var database = studio.OpenDatabase())
        {
            await database.Pictures.ExecuteUpdateAsync(change => change.SetProperty(picture => picture.SearchText, (string?)null), Cancellation);
            Assert.Empty(await FindAsync(Me, new LibraryFilter { Words = "äpfel" }));
            await SearchTextFill.RunAsync(database, Cancellation);
        }

        Assert.Equal(pictures, await FindAsync(Me, new LibraryFilter { Words = "äpfel" }));
    }

    [Fact]
    public async Task Mine_OfTwoPeople_AreOnesOwn()
    {
        await AddAsync(Me, ("a red cube", [1, 0]));
        await AddAsync(You, ("a red cube", [1, 0]));

        Assert.Equal([pictures[0]], await FindAsync(Me, new LibraryFilter { GalleryView = GalleryView.Mine }));
        Assert.Equal([pictures[1], pictures[0]], await FindAsync(Me, LibraryFilter.Everything));
    }

    [Fact]
    public async Task Mark_APicture_IsOnesOwnAffairAndCanBeTakenBack()
    {
        await PeopleAsync();
        await AddAsync(You, ("a red cube", [1, 0]), ("a blue cube", [1, 0]));
        Assert.True(await Library.MarkAsync(Me, pictures[1], isFavourite: true, Cancellation));
        Assert.True(await Library.MarkAsync(Me, pictures[1], isFavourite: true, Cancellation));

        Assert.True(await Library.IsFavouriteAsync(Me, pictures[1], Cancellation));
        Assert.Equal([pictures[1]], await FindAsync(Me, new LibraryFilter { GalleryView = GalleryView.Favourites }));
        Assert.Empty(await FindAsync(You, new LibraryFilter { GalleryView = GalleryView.Favourites }));

        Assert.True(await Library.MarkAsync(Me, pictures[1], isFavourite: false, Cancellation));
        Assert.Empty(await FindAsync(Me, new LibraryFilter { GalleryView = GalleryView.Favourites }));
    }

    [Fact]
    public async Task Read_OfMarkedPictures_SaysSoToWhoMarkedThem()
    {
        await PeopleAsync();
        await AddAsync(You, ("a red cube", [1, 0]), ("a blue cube", [1, 0]));
        await Library.MarkAsync(Me, pictures[1], isFavourite: true, Cancellation);

        var page = await Library.ReadAsync(Me, LibraryFilter.Everything, null, 10, Cancellation);
        var range = await studio.Get<IPictureTimeline>().ReadRangeAsync(Me, LibraryFilter.Everything, studio.Clock.GetUtcNow().AddYears(1), 0, 10, Cancellation);
        var theirs = await Library.ReadAsync(You, LibraryFilter.Everything, null, 10, Cancellation);

        Assert.Equal([true, false], page.Pictures.Select(picture => picture.IsFavourite));
        Assert.Equal([true, false], range.Select(picture => picture.IsFavourite));
        Assert.DoesNotContain(theirs.Pictures, picture => picture.IsFavourite);
    }

    [Fact]
    public async Task OldestFirst_InEveryWayOfReading_IsTheOrderTurnedRound()
    {
        await AddAsync(Me, ("one", [1, 0]), ("two", [1, 0]), ("three", [1, 0]));
        var filter = new LibraryFilter { OldestFirst = true };
        var timeline = studio.Get<IPictureTimeline>();
        var now = studio.Clock.GetUtcNow().AddYears(1);

        var first = await Library.ReadAsync(Me, filter, null, 2, Cancellation);
        var second = await Library.ReadAsync(Me, filter, first.Next, 2, Cancellation);
        var times = await timeline.TimesAsync(Me, filter, now, Cancellation);

        Assert.Equal(pictures, first.Pictures.Concat(second.Pictures).Select(picture => picture.Id));
        Assert.Null(second.Next);
        Assert.Equal(pictures, (await timeline.KeysAsync(Me, filter, now, Cancellation)).Select(key => key.Id));
        Assert.Equal(times.Order(), times);
        Assert.Equal(pictures, (await timeline.ReadRangeAsync(Me, filter, times[0], 0, 10, Cancellation)).Select(picture => picture.Id));
    }

    [Fact]
    public async Task Purge_FromOnesTrash_LeavesNothingToRestore()
    {
        await AddAsync(Me, ("one", [1, 0]), ("two", [1, 0]), ("three", [1, 0]));
        await Library.DeleteAsync(Me, pictures[..2], Cancellation);
        var trash = studio.Get<ITrash>();

        Assert.Equal(0, await trash.PurgeAsync(You, null, Cancellation));
        Assert.Equal(1, await trash.PurgeAsync(Me, [pictures[0], pictures[2]], Cancellation));
        Assert.Equal([pictures[1]], await FindAsync(Me, new LibraryFilter { GalleryView = GalleryView.Trash }));
        Assert.Equal(1, await trash.PurgeAsync(Me, null, Cancellation));
        Assert.Equal(0, await Library.RestoreAsync(Me, pictures, Cancellation));
        Assert.Equal([pictures[2]], await FindAsync(Me, LibraryFilter.Everything));
    }

    [Fact]
    public async Task Mark_WhatOneMayNotSee_IsRefused()
    {
        await AddAsync(You, Visibilities.Private, ("a red cube", [1, 0]));

        Assert.False(await Library.MarkAsync(Me, pictures[0], isFavourite: true, Cancellation));
    }

    [Fact]
    public async Task Delete_OnesOwn_HidesItFromAllAndKeepsItForThirtyDays()
    {
        await AddAsync(Me, ("a red cube", [1, 0]), ("a blue cube", [1, 0]));
        Assert.Equal(0, await Library.DeleteAsync(You, pictures, Cancellation));
        Assert.Equal(1, await Library.DeleteAsync(Me, [pictures[0]], Cancellation));

        Assert.Equal([pictures[1]], await FindAsync(Me, LibraryFilter.Everything));
        Assert.Equal([pictures[1]], await FindAsync(You, LibraryFilter.Everything));
        Assert.Null(await studio.Get<IPictureQueries>().FindPictureAsync(You, pictures[0], Cancellation));
        Assert.NotNull((await studio.Get<IPictureQueries>().FindPictureAsync(Me, pictures[0], Cancellation))?.DeletedAt);
        Assert.Equal([pictures[0]], await FindAsync(Me, new LibraryFilter { GalleryView = GalleryView.Trash }));
        Assert.Empty(await FindAsync(You, new LibraryFilter { GalleryView = GalleryView.Trash }));
        Assert.Equal(0, await Library.RestoreAsync(You, pictures, Cancellation));

        studio.Clock.Advance(Kept - TimeSpan.FromMinutes(1));
        Assert.Equal(0, await studio.Get<Trash>().EmptyAsync(Cancellation));
        Assert.Equal(1, await Library.RestoreAsync(Me, [pictures[0]], Cancellation));
        Assert.Equal([pictures[1], pictures[0]], await FindAsync(Me, LibraryFilter.Everything));
    }

    [Fact]
    public async Task Delete_AfterThirtyDays_LeavesNothingToBringBack()
    {
        await AddAsync(Me, ("a red cube", [1, 0]));
        await Library.DeleteAsync(Me, pictures, Cancellation);
        studio.Clock.Advance(Kept + TimeSpan.FromMinutes(1));

        Assert.Equal(1, await studio.Get<Trash>().EmptyAsync(Cancellation));
        Assert.Equal(0, await studio.Get<Trash>().EmptyAsync(Cancellation));
        Assert.Empty(await FindAsync(Me, new LibraryFilter { GalleryView = GalleryView.Trash }));
        Assert.Equal(0, await Library.RestoreAsync(Me, pictures, Cancellation));
        await using var database = studio.OpenDatabase();
        var row = await database.Pictures.SingleAsync(Cancellation);
        Assert.Equal(("", "", 0), (row.Prompt, row.ContentHash, row.ImageEmbedding.Length));
    }

    [Theory]
    [InlineData("3")]
    [InlineData("90")]
    public async Task Delete_WithAnotherRetention_KeepsItForThoseDays(string days)
    {
        await AddAsync(Me, ("a red cube", [1, 0]));
        await Library.DeleteAsync(Me, pictures, Cancellation);
        var administrator = new AuditActor(null, "administrator@example.com", null);
        Assert.Null((await studio.Get<IStoredSettings>().SaveAsync(administrator, new Dictionary<string, string?> { ["Generation:TrashDays"] = days }, Cancellation)).Refusal);

        Assert.Equal(days, studio.Get<ITrash>().Days.ToString(System.Globalization.CultureInfo.InvariantCulture));
        studio.Clock.Advance(TimeSpan.FromDays(studio.Get<ITrash>().Days) - TimeSpan.FromMinutes(1));
        Assert.Equal(0, await studio.Get<Trash>().EmptyAsync(Cancellation));
        studio.Clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(1, await studio.Get<Trash>().EmptyAsync(Cancellation));
    }

    // Two-dimensional embeddings: the order follows their angles, regardless of their lengths.
    [Fact]
    public async Task Like_APicture_FindsTheClosestFirst()
    {
        await AddAsync(Me, ("across", [0, 2]), ("nearly", [8, 6]), ("the same", [0.5f, 0]), ("asked for", [3, 0]), ("opposite", [-1, 0]));
        await AddAsync(You, Visibilities.Private, ("hidden", [1, 0]));

        Assert.Equal([pictures[2], pictures[1], pictures[0], pictures[4]], await FindAsync(Me, new LibraryFilter { Like = pictures[3] }));

        await AddAsync(Me, ("added since", [4, 0.1f]));
        Assert.Equal([pictures[2], pictures[6], pictures[1]], (await FindAsync(Me, new LibraryFilter { Like = pictures[3] })).Take(3));
        Assert.Empty(await FindAsync(You, new LibraryFilter { Like = pictures[3], GalleryView = GalleryView.Favourites }));
    }

    public async ValueTask DisposeAsync()
    {
        await studio.DisposeAsync();
        folder.Dispose();
    }

    private async Task<IEnumerable<Guid>> FindAsync(Actor actor, LibraryFilter filter) =>
        (await Library.ReadAsync(actor, filter, null, 24, Cancellation)).Pictures.Select(picture => picture.Id);

    private Task AddAsync(Actor owner, params (string Prompt, float[] Embedding)[] added) => AddAsync(owner, Visibilities.Team, added);

    private async Task AddAsync(Actor owner, string visibility, params (string Prompt, float[] Embedding)[] added)
    {
        await studio.PrepareAsync();
        var job = await studio.SubmitAsync(TestRequests.Fox($"key {pictures.Count}"));
        await using var database = studio.OpenDatabase();
        foreach (var (prompt, embedding) in added)
        {
            var image = new Picture
            {
                Id = Guid.NewGuid(),
                JobId = job,
                ImageIndex = pictures.Count,
                PersonId = owner.PersonId,
                Visibility = visibility,
                ContentHash = "content",
                ThumbnailHash = "thumbnail",
                Width = 64,
                Height = 64,
                Seed = 1,
                Prompt = prompt,
                Model = "starter",
                Recipe = "{}",
                Timings = "{}",
                CreatedAt = studio.Clock.GetUtcNow().AddSeconds(pictures.Count),
                ImageEmbedding = MemoryMarshal.AsBytes(embedding.AsSpan()).ToArray(),
            };
            pictures.Add(image.Id);
            database.Pictures.Add(image);
        }

        await database.SaveChangesAsync(Cancellation);
    }

    // A favourite mark must refer to an existing person.
    private async Task PeopleAsync()
    {
        await studio.PrepareAsync();
        await using var database = studio.OpenDatabase();
        foreach (var actor in new[] { Me, You })
        {
            if (!await database.People.AnyAsync(person => person.Id == actor.PersonId, Cancellation))
            {
                database.People.Add(new Person { DisplayName = "Somebody", Role = PersonRoles.Member, CreatedAt = studio.Clock.GetUtcNow(), Id = actor.PersonId, UserName = $"{actor.PersonId}", Email = $"{actor.PersonId}@example.com" });
            }
        }

        await database.SaveChangesAsync(Cancellation);
    }
}
