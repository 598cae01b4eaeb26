using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.Extensions.DependencyInjection;
using PromptCanvas.Data.Credits;
using PromptCanvas.Data.People;
using PromptCanvas.Migrations;

namespace PromptCanvas.Data.Tests;

/// <summary>A database of 0.1.0, whose seven migrations for each provider were replaced by one.</summary>
public sealed partial class SchemaUpgradeTests(PostgresServer server) : IDisposable
{
    private const string History = "__EFMigrationsHistory";

    // Credits in 0.1.0, hundredths of a credit since.
    private static readonly string[] CreditColumns = ["Ledger.Amount", "Quotas.Used", "Quotas.Cap", "Quotas.Allowance", "Quotas.Extra"];

    private readonly TemporaryFolder folder = new();

    public static TheoryData<DatabaseProvider> Both => [DatabaseProvider.Sqlite, DatabaseProvider.PostgreSql];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Both))]
    public async Task UpgradeAsync_DatabaseOfTheFormerVersion_IsAdoptedWithAllItsRows(DatabaseProvider provider)
    {
        await using var formerServices = await FormerAsync(provider);
        await using var former = Open(formerServices);
        await using var services = await FormerAsync(provider);
        await using var database = Open(services);
        Assert.Equal(SchemaState.Outdated, (await database.CheckSchemaAsync(Cancellation)).State);

        await database.UpgradeAsync(Cancellation);

        Assert.Equal(new SchemaCheck(SchemaState.Current), await database.CheckSchemaAsync(Cancellation));
        Assert.Equal(database.Database.GetMigrations(), await database.Database.GetAppliedMigrationsAsync(Cancellation));
        var columns = (await ColumnsAsync(former)).Intersect(await ColumnsAsync(database)).Except(CreditColumns).ToList();
        var rows = await RowsAsync(former, columns);
        Assert.All(rows, table => Assert.NotEmpty(table.Value));
        Assert.Equal(rows, await RowsAsync(database, columns));
        Assert.Empty(await Invariants.BrokenAsync(database, Cancellation));
        Assert.Equal(["Ada Müller 🦊", "Ben O'Hara"], await database.People.Select(person => person.DisplayName).Order().ToListAsync(Cancellation));

        // Generated keys continue after the existing ones.
        database.AuditLog.Add(new AuditEntry { At = DateTimeOffset.UnixEpoch, Actor = "test", Action = "test" });
        await database.SaveChangesAsync(Cancellation);
        Assert.Equal([1, 2, 3], await database.AuditLog.Select(entry => entry.Id).Order().ToListAsync(Cancellation));
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task UpgradeAsync_CreditsOfTheFormerVersion_AreTheSameInHundredths(DatabaseProvider provider)
    {
        await using var formerServices = await FormerAsync(provider);
        await using var former = Open(formerServices);
        await using var services = await FormerAsync(provider);
        await using var database = Open(services);

        await database.UpgradeAsync(Cancellation);

        foreach (var (table, column) in CreditColumns.Select(name => name.Split('.') is [var table, var column] ? (table, column) : throw new FormatException(name)))
        {
            var credits = await TextsAsync(former, $"SELECT CAST(\"{column}\" * 100 AS TEXT) FROM \"{table}\" ORDER BY \"{column}\"");
            Assert.NotEmpty(credits);
            Assert.Equal(credits, await TextsAsync(database, $"SELECT CAST(\"{column}\" AS TEXT) FROM \"{table}\" ORDER BY \"{column}\""));
        }

        Assert.Contains(await database.Ledger.Select(line => line.Amount).ToListAsync(Cancellation), amount => amount == -CreditUnits.PerCredit);
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task UpgradeAsync_EarlierDatabase_IsRefusedAndAsItWas(DatabaseProvider provider)
    {
        await using var formerServices = await FormerAsync(provider);
        await using var former = Open(formerServices);
        await using var services = await FormerAsync(provider);
        await using var database = Open(services);
        await database.Database.ExecuteSqlRawAsync($"DELETE FROM \"{History}\" WHERE \"MigrationId\" LIKE '%Boards'", Cancellation);
        var applied = await database.Database.GetAppliedMigrationsAsync(Cancellation);

        var refusal = await Assert.ThrowsAsync<UnsupportedSchemaException>(() => database.UpgradeAsync(Cancellation));

        Assert.Contains("Answers): make a backup, start PromptCanvas 0.1.0 ", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(SchemaState.Unsupported, (await database.CheckSchemaAsync(Cancellation)).State);
        Assert.Equal(applied, await database.Database.GetAppliedMigrationsAsync(Cancellation));
        var columns = await ColumnsAsync(former);
        Assert.Equal(columns, await ColumnsAsync(database));
        Assert.Equal(await RowsAsync(former, columns), await RowsAsync(database, columns));
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task UpgradeAsync_ByEightProcessesAtOnce_UpgradesOnce(DatabaseProvider provider)
    {
        await using var services = await FormerAsync(provider);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(UpgradeAsync, Cancellation)));

        await using var database = Open(services);
        Assert.Equal(database.Database.GetMigrations(), await database.Database.GetAppliedMigrationsAsync(Cancellation));

        async Task UpgradeAsync()
        {
            await using var process = Open(services);
            await process.UpgradeAsync(Cancellation);
        }
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task FirstMigration_OfAnEmptyDatabase_IsTheSchemaOfTheFormerVersion(DatabaseProvider provider)
    {
        var former = await ChoiceAsync(provider);
        await DatabaseDump.LoadAsync(former);
        var choice = await ChoiceAsync(provider);
        await using var services = Services(choice);
        await using var fresh = Open(services);
        Assert.Equal(SchemaState.Outdated, (await fresh.CheckSchemaAsync(Cancellation)).State);

        await fresh.GetService<IMigrator>().MigrateAsync(fresh.Database.GetMigrations().First(), Cancellation);

        Assert.Equal(await SchemaAsync(former), await SchemaAsync(await ReloadedAsync(choice)));
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task UpgradeAsync_FormerOrEmptyDatabase_GivesTheSameSchema(DatabaseProvider provider)
    {
        var former = await ChoiceAsync(provider);
        await DatabaseDump.LoadAsync(former);
        var fresh = await ChoiceAsync(provider);
        foreach (var choice in new[] { former, fresh })
        {
            await using var services = Services(choice);
            await using var database = Open(services);
            await database.UpgradeAsync(Cancellation);
        }

        Assert.Equal(await SchemaAsync(await ReloadedAsync(former)), await SchemaAsync(await ReloadedAsync(fresh)));
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

    /// <summary>Every column of every table as TABLE.COLUMN, without EF Core's own tables.</summary>
    private static Task<List<string>> ColumnsAsync(AppDbContext database) => TextsAsync(database, database.Database.IsSqlite()
        ? """
          SELECT t.name || '.' || c.name FROM sqlite_master t JOIN pragma_table_info(t.name) c
          WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%' AND t.name NOT LIKE '$_$_EF%' ESCAPE '$' ORDER BY 1
          """
        : """
          SELECT table_name || '.' || column_name FROM information_schema.columns
          WHERE table_schema = 'public' AND table_name NOT LIKE '$_$_EF%' ESCAPE '$' ORDER BY 1
          """);

    /// <summary>Every row of every table as text.</summary>
    private static async Task<SortedDictionary<string, string[]>> RowsAsync(AppDbContext database, IEnumerable<string> columns)
    {
        var tables = new SortedDictionary<string, string[]>(StringComparer.Ordinal);
        foreach (var table in columns.Select(column => column.Split('.')).GroupBy(parts => parts[0], parts => parts[1]))
        {
            var row = string.Join(" || '|' || ", table.Select(column => $"COALESCE(CAST(\"{column}\" AS TEXT), 'null')"));
            tables[table.Key] = [.. (await TextsAsync(database, $"SELECT {row} FROM \"{table.Key}\"")).Order(StringComparer.Ordinal)];
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

    // PostgreSQL prints some expressions differently after they were loaded from a dump, as those of the former version were.
    private async Task<DatabaseChoice> ReloadedAsync(DatabaseChoice choice)
    {
        if (choice.Provider == DatabaseProvider.Sqlite)
        {
            return choice;
        }

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

    // A column that was added later follows the constraints in the text, which has the same meaning.
    private static IEnumerable<string> Clauses(string createTable)
    {
        var open = createTable.IndexOf('(', StringComparison.Ordinal);
        var clauses = ClauseEnd().Split(createTable[(open + 1)..createTable.LastIndexOf(')')]).Select(clause => clause.Trim()).ToList();
        return [createTable[..open], .. clauses.OrderBy(clause => clause.StartsWith("CONSTRAINT", StringComparison.Ordinal))];
    }

    // A comma inside parentheses does not end a clause.
    [GeneratedRegex(@",(?![^(]*\))")]
    private static partial Regex ClauseEnd();
}
