using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using PromptCanvas.Data.People;
using PromptCanvas.Migrations;

namespace PromptCanvas.Data.Tests;

/// <summary>A database of 0.1.0, which had seven migrations for each provider where there is one now.</summary>
public sealed partial class SchemaUpgradeTests(PostgresServer server) : IDisposable
{
    private const string History = "__EFMigrationsHistory";

    private readonly TemporaryFolder folder = new();

    public static TheoryData<DatabaseProvider> Both => [DatabaseProvider.Sqlite, DatabaseProvider.PostgreSql];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Both))]
    public async Task UpgradeAsync_DatabaseOfTheFormerVersion_IsAdoptedWithAllItsRows(DatabaseProvider provider)
    {
        await using var services = await FormerAsync(provider);
        await using var database = Open(services);
        var before = await RowsAsync(database);
        Assert.All(before, table => Assert.NotEmpty(table.Value));
        Assert.Equal(SchemaState.Outdated, (await database.CheckSchemaAsync(Cancellation)).State);

        await database.UpgradeAsync(Cancellation);

        Assert.Equal(new SchemaCheck(SchemaState.Current), await database.CheckSchemaAsync(Cancellation));
        Assert.Equal(database.Database.GetMigrations(), await database.Database.GetAppliedMigrationsAsync(Cancellation));
        Assert.Equal(before, await RowsAsync(database));
        Assert.Empty(await Invariants.BrokenAsync(database, Cancellation));
        Assert.Equal(["Ada Müller 🦊", "Ben O'Hara"], await database.People.Select(person => person.DisplayName).Order().ToListAsync(Cancellation));

        // The generated keys go on where they were.
        database.AuditLog.Add(new AuditEntry { At = DateTimeOffset.UnixEpoch, Actor = "test", Action = "test" });
        await database.SaveChangesAsync(Cancellation);
        Assert.Equal([1, 2, 3], await database.AuditLog.Select(entry => entry.Id).Order().ToListAsync(Cancellation));
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task UpgradeAsync_EarlierDatabase_IsRefusedAndAsItWas(DatabaseProvider provider)
    {
        await using var services = await FormerAsync(provider);
        await using var database = Open(services);
        await database.Database.ExecuteSqlRawAsync($"DELETE FROM \"{History}\" WHERE \"MigrationId\" LIKE '%Boards'", Cancellation);
        var before = await RowsAsync(database);
        var applied = await database.Database.GetAppliedMigrationsAsync(Cancellation);

        var refusal = await Assert.ThrowsAsync<UnsupportedSchemaException>(() => database.UpgradeAsync(Cancellation));

        Assert.Contains("Answers): make a backup, start PromptCanvas 0.1.0 ", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(SchemaState.Unsupported, (await database.CheckSchemaAsync(Cancellation)).State);
        Assert.Equal(applied, await database.Database.GetAppliedMigrationsAsync(Cancellation));
        Assert.Equal(before, await RowsAsync(database));
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task UpgradeAsync_ByTwoProcessesAtOnce_AdoptsOnce(DatabaseProvider provider)
    {
        await using var services = await FormerAsync(provider);
        await using var first = Open(services);
        await using var second = Open(services);

        await Task.WhenAll(
            Task.Run(() => first.UpgradeAsync(Cancellation), Cancellation),
            Task.Run(() => second.UpgradeAsync(Cancellation), Cancellation));

        Assert.Equal(first.Database.GetMigrations(), await second.Database.GetAppliedMigrationsAsync(Cancellation));
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task UpgradeAsync_EmptyDatabase_HasTheSchemaOfTheFormerVersion(DatabaseProvider provider)
    {
        var former = await ChoiceAsync(provider);
        await DatabaseDump.LoadAsync(former);
        var choice = await ChoiceAsync(provider);
        await using var services = Services(choice);
        await using var fresh = Open(services);
        Assert.Equal(SchemaState.Outdated, (await fresh.CheckSchemaAsync(Cancellation)).State);

        await fresh.UpgradeAsync(Cancellation);

        Assert.Equal(await SchemaAsync(former), await SchemaAsync(provider == DatabaseProvider.PostgreSql ? await ReloadedAsync(choice) : choice));
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task CheckSchemaAsync_UnknownMigration_IsNewer(DatabaseProvider provider)
    {
        await using var services = Services(await ChoiceAsync(provider));
        await using var database = Open(services);
        await database.UpgradeAsync(Cancellation);
        await database.Database.ExecuteSqlRawAsync($"INSERT INTO \"{History}\" VALUES ('29990101000000_Later', '99.0.0')", Cancellation);

        Assert.Equal(new SchemaCheck(SchemaState.Newer, "29990101000000_Later"), await database.CheckSchemaAsync(Cancellation));
    }

    public void Dispose()
    {
        SqliteCopies.Release();
        folder.Dispose();
    }

    private static ServiceProvider Services(DatabaseChoice choice) => new ServiceCollection().AddAppDatabase(_ => choice).BuildServiceProvider();

    private static AppDbContext Open(IServiceProvider services) => services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContext();

    private async Task<DatabaseChoice> ChoiceAsync(DatabaseProvider provider) => new(
        provider, provider == DatabaseProvider.PostgreSql ? await server.NewDatabaseAsync() : null, folder.File($"{Guid.CreateVersion7()}.db"));

    private async Task<ServiceProvider> FormerAsync(DatabaseProvider provider)
    {
        var choice = await ChoiceAsync(provider);
        await DatabaseDump.LoadAsync(choice);
        return Services(choice);
    }

    /// <summary>Every row of every table of the model, as text.</summary>
    private static async Task<SortedDictionary<string, string[]>> RowsAsync(AppDbContext database)
    {
        var tables = new SortedDictionary<string, string[]>(StringComparer.Ordinal);
        foreach (var table in database.Model.GetRelationalModel().Tables)
        {
            var columns = string.Join(" || '|' || ", table.Columns.Select(column => $"COALESCE(CAST(\"{column.Name}\" AS TEXT), 'null')"));
            tables[table.Name] = [.. (await TextsAsync(database, $"SELECT {columns} FROM \"{table.Name}\"")).Order(StringComparer.Ordinal)];
        }

        return tables;
    }

    private static async Task<List<string>> TextsAsync(AppDbContext database, string query)
    {
        await database.Database.OpenConnectionAsync(Cancellation);
        await using var command = database.Database.GetDbConnection().CreateCommand();
        command.CommandText = query;
        await using var reader = await command.ExecuteReaderAsync(Cancellation);
        var texts = new List<string>();
        while (await reader.ReadAsync(Cancellation))
        {
            texts.Add(reader.GetString(0));
        }

        return texts;
    }

    // PostgreSQL writes some expressions differently once they were loaded from a dump, as those of the former version are.
    private async Task<DatabaseChoice> ReloadedAsync(DatabaseChoice choice)
    {
        var copy = await ChoiceAsync(choice.Provider);
        await DatabaseDump.ExecuteAsync(copy, string.Join('\n', server.DumpSchema(choice.ConnectionString!)));
        return copy;
    }

    private async Task<IReadOnlyList<string>> SchemaAsync(DatabaseChoice choice)
    {
        if (choice.Provider == DatabaseProvider.PostgreSql)
        {
            return server.DumpSchema(choice.ConnectionString!);
        }

        await using var services = Services(choice);
        await using var database = Open(services);
        return await SqliteSchemaAsync(database);
    }

    /// <summary>Every table's columns in their order, then its constraints; then the indexes.</summary>
    private static async Task<IReadOnlyList<string>> SqliteSchemaAsync(AppDbContext database)
    {
        var statements = await TextsAsync(database, "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name");
        return [.. statements.SelectMany(statement => statement.StartsWith("CREATE TABLE", StringComparison.Ordinal) ? Clauses(statement) : [statement])];
    }

    // A column that was added later stands behind the constraints in the text, which means the same.
    private static IEnumerable<string> Clauses(string createTable)
    {
        var open = createTable.IndexOf('(', StringComparison.Ordinal);
        var clauses = ClauseEnd().Split(createTable[(open + 1)..createTable.LastIndexOf(')')]).Select(clause => clause.Trim()).ToList();
        return [createTable[..open], .. clauses.OrderBy(clause => clause.StartsWith("CONSTRAINT", StringComparison.Ordinal))];
    }

    // No comma inside parentheses ends a clause.
    [GeneratedRegex(@",(?![^(]*\))")]
    private static partial Regex ClauseEnd();
}
