using System.Runtime.InteropServices;
using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Pictures;
using PromptCanvas.Generation.Library;
using PromptCanvas.Generation.Tests.Fakes;

namespace PromptCanvas.Generation.Tests.Library;

/// <summary>Words are found alike on both databases, which compare letters in different ways.</summary>
public sealed class SearchTests(PostgresServer server) : IDisposable
{
    private static readonly string[] Prompts = ["drei rote Äpfel", "Рыжий Кот", "eine Straße im Regen", "黒い猫と月", "η οδός μου"];

    private readonly TemporaryFolder folder = new();

    public static TheoryData<DatabaseProvider> Both => Databases.Both;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Words_OfAnyScriptAndCase_FindTheSameOnEitherDatabase(DatabaseProvider provider)
    {
        await using var studio = await new Studio(folder.Path, settings: await server.SettingsAsync(provider)).PrepareAsync();
        await AddAsync(studio);
        foreach (var (words, expected) in new (string, int[])[]
        {
            ("ÄPFEL", [0]), ("apfel", [0]), ("КОТ", [1]), ("strasse", [2]), ("黒い猫", [3]), ("ΟΔΟΣ", [4]), ("pfel", []), ("от", []), ("100%_", []),
        })
        {
            var found = await studio.Get<ILibrary>().ReadAsync(Studio.Somebody, new LibraryFilter { Words = words }, null, 24, Cancellation);
            Assert.Equal(expected.Select(index => Prompts[index]), found.Pictures.Select(picture => picture.Prompt));
        }
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Similar_PictureWhoseRowIsGone_IsNotFoundAndItsMemoryIsFreed(DatabaseProvider provider)
    {
        await using var studio = await new Studio(folder.Path, settings: await server.SettingsAsync(provider)).PrepareAsync();
        await AddAsync(studio);
        await using var database = studio.OpenDatabase();
        var like = await database.Pictures.Where(picture => picture.Prompt == Prompts[0]).Select(picture => picture.Id).SingleAsync(Cancellation);
        Assert.Equal(Prompts[1..], await SimilarAsync());

        await database.Pictures.Where(picture => picture.Prompt == Prompts[1]).ExecuteDeleteAsync(Cancellation);

        Assert.Equal(Prompts[2..], await SimilarAsync());
        var index = studio.Get<EmbeddingIndex>();
        Assert.Equal(Prompts.Length, index.Memory.Pictures);
        await index.ForgetGoneAsync(Cancellation);
        Assert.Equal(Prompts.Length - 1, index.Memory.Pictures);
        Assert.Equal(Prompts[2..], await SimilarAsync());

        async Task<IEnumerable<string>> SimilarAsync() =>
            (await studio.Get<ILibrary>().ReadAsync(Studio.Somebody, new LibraryFilter { Like = like }, null, 24, Cancellation)).Pictures.Select(picture => picture.Prompt);
    }

    [Fact]
    public async Task ForgetGone_MorePicturesThanAShare_GoesOnWhereItStopped()
    {
        await using var studio = await new Studio(folder.Path).PrepareAsync();
        await AddAsync(studio);
        await using var database = studio.OpenDatabase();
        var like = await database.Pictures.Where(picture => picture.Prompt == Prompts[0]).Select(picture => picture.Id).SingleAsync(Cancellation);
        await studio.Get<ILibrary>().ReadAsync(Studio.Somebody, new LibraryFilter { Like = like }, null, 24, Cancellation);
        var index = studio.Get<EmbeddingIndex>();
        index.ShareAtOnce = 1;
        await database.Pictures.Where(picture => picture.Prompt != Prompts[0]).ExecuteDeleteAsync(Cancellation);

        await index.ForgetGoneAsync(Cancellation);
        Assert.InRange(index.Memory.Pictures, Prompts.Length - 1, Prompts.Length);

        // Removing moves the last ones forward, so that some are looked up in the next round.
        for (var share = 0; share < Prompts.Length * Prompts.Length; share++)
        {
            await index.ForgetGoneAsync(Cancellation);
        }

        Assert.Equal(1, index.Memory.Pictures);
    }

    private static async Task AddAsync(Studio studio)
    {
        var job = await studio.SubmitAsync(TestRequests.Fox());
        await using var database = studio.OpenDatabase();
        foreach (var (index, prompt) in Prompts.Index())
        {
            database.Pictures.Add(new Picture
            {
                Id = Guid.NewGuid(),
                JobId = job,
                ImageIndex = index,
                PersonId = Studio.Somebody.PersonId,
                Visibility = Visibilities.Team,
                ContentHash = "content",
                ThumbnailHash = "thumbnail",
                Width = 64,
                Height = 64,
                Seed = 1,
                Prompt = prompt,
                Model = "starter",
                Recipe = "{}",
                Timings = "{}",
                CreatedAt = studio.Clock.GetUtcNow().AddSeconds(index),
                ImageEmbedding = MemoryMarshal.AsBytes<float>([1, index]).ToArray(),
            });
        }

        await database.SaveChangesAsync(Cancellation);
    }
}
