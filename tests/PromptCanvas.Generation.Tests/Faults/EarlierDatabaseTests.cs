using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Generation.Configuration;
using PromptCanvas.Generation.Tests.Fakes;

namespace PromptCanvas.Generation.Tests.Faults;

/// <summary>A studio started on the database of an earlier version.</summary>
public sealed class EarlierDatabaseTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private DatabaseChoice Database => new(DatabaseProvider.Sqlite, null, folder.File("promptcanvas.db"));

    [Fact]
    public async Task Prepare_DatabaseOfTheFormerVersion_StartsWithItsPictures()
    {
        await DatabaseDump.LoadAsync(Database);

        await using var studio = await new Studio(folder.Path).PrepareAsync();

        await using var database = studio.OpenDatabase();
        Assert.Equal(4, await database.Pictures.CountAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Prepare_DatabaseTooOld_SaysInOneSentenceWhatToDo()
    {
        await DatabaseDump.LoadAsync(Database);
        await DatabaseDump.ExecuteAsync(Database, "DELETE FROM __EFMigrationsHistory WHERE MigrationId LIKE '%Boards'");
        await using var studio = new Studio(folder.Path);

        var refusal = await Assert.ThrowsAsync<StartupException>(studio.PrepareAsync);

        Assert.EndsWith(
            "make a backup, start PromptCanvas 0.1.0 (commit 085b326) once to migrate it, and then start this version.", refusal.Message, StringComparison.Ordinal);
    }

    public void Dispose() => folder.Dispose();
}
