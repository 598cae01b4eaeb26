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
                ImageEmbedding = new byte[sizeof(float)],
            });
        }

        await database.SaveChangesAsync(Cancellation);
    }
}
