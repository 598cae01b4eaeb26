using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Migrations;

namespace PromptCanvas.Data.Tests;

public sealed class MigrationTests
{
    [Theory]
    [InlineData(DatabaseProvider.Sqlite)]
    [InlineData(DatabaseProvider.PostgreSql)]
    public void Model_OfEachDatabase_HasNoPendingChanges(DatabaseProvider provider)
    {
        using var services = Services(provider, "unused.db");
        using var database = services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContext();

        Assert.False(database.Database.HasPendingModelChanges());
    }

    [Fact]
    public async Task MigrateAsync_FreshSqliteFile_IsDurableAndChecked()
    {
        using var folder = new TemporaryFolder();
        await using var services = Services(DatabaseProvider.Sqlite, folder.File("test.db"));
        await using var database = await MigratedAsync(services);

        await database.Database.OpenConnectionAsync(TestContext.Current.CancellationToken);

        Assert.Equal("wal", await PragmaAsync<string>(database, "journal_mode"));
        Assert.Equal(2L, await PragmaAsync<long>(database, "synchronous"));
        Assert.Equal(1L, await PragmaAsync<long>(database, "foreign_keys"));
        Assert.Equal(10_000L, await PragmaAsync<long>(database, "busy_timeout"));
    }

    [Fact]
    public async Task Jobs_SameKeyWithoutAPerson_IsRefusedByTheDatabase()
    {
        using var folder = new TemporaryFolder();
        await using var services = Services(DatabaseProvider.Sqlite, folder.File("test.db"));
        await using var database = await MigratedAsync(services);
        database.Jobs.AddRange(NewJob("key", null), NewJob("key", null));

        await Assert.ThrowsAsync<DbUpdateException>(() => database.SaveChangesAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Jobs_SameKeyOfTwoPeople_AreTwoJobs()
    {
        using var folder = new TemporaryFolder();
        await using var services = Services(DatabaseProvider.Sqlite, folder.File("test.db"));
        await using var database = await MigratedAsync(services);
        database.Jobs.AddRange(NewJob("key", null), NewJob("key", Guid.NewGuid()), NewJob("key", Guid.NewGuid()));

        Assert.Equal(3, await database.SaveChangesAsync(TestContext.Current.CancellationToken));
    }

    private static ServiceProvider Services(DatabaseProvider provider, string sqliteFile) =>
        new ServiceCollection().AddAppDatabase(_ => new DatabaseChoice(provider, "Host=unused", sqliteFile)).BuildServiceProvider();

    private static async Task<AppDbContext> MigratedAsync(ServiceProvider services)
    {
        var database = services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContext();
        await database.UpgradeAsync(TestContext.Current.CancellationToken);
        return database;
    }

    private static async Task<T> PragmaAsync<T>(AppDbContext database, string pragma)
    {
        await using var command = database.Database.GetDbConnection().CreateCommand();
        command.CommandText = $"PRAGMA {pragma}";
        return (T)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }

    private static Job NewJob(string key, Guid? person) => new()
    {
        Id = Guid.NewGuid(),
        PersonId = person,
        IdempotencyKey = key,
        BodyHash = "hash",
        Prompt = "a fox",
        Model = "starter",
        Size = 64,
        Count = 1,
        Seed = 1,
        Overrides = "{}",
        State = JobState.Queued,
        CreatedAt = DateTimeOffset.UnixEpoch,
    };
}
