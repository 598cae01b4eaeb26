using System.Data.Common;
using System.Reflection;
using Microsoft.Data.Sqlite;
using Npgsql;
using PromptCanvas.Data;

namespace PromptCanvas.Tests.Shared;

/// <summary>The databases of version 0.1.0 in <c>tests/fixtures/databases</c>: every table has rows.</summary>
internal static class DatabaseDump
{
    private static string Folder { get; } = Path.Combine(
        typeof(DatabaseDump).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == "RepoRoot").Value!,
        "tests", "fixtures", "databases");

    /// <summary>Loads the dump into an empty database.</summary>
    public static async Task LoadAsync(DatabaseChoice choice) => await ExecuteAsync(choice, await File.ReadAllTextAsync(
        Path.Combine(Folder, choice.Provider == DatabaseProvider.Sqlite ? "sqlite.sql" : "postgresql.sql"), TestContext.Current.CancellationToken));

    /// <summary>Runs all statements of a dump, on a connection of its own: pg_dump empties the search path.</summary>
    public static async Task ExecuteAsync(DatabaseChoice choice, string statements)
    {
        await using DbConnection connection = choice.Provider == DatabaseProvider.Sqlite
            ? new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = choice.SqliteFile, Pooling = false }.ConnectionString)
            : new NpgsqlConnection(new NpgsqlConnectionStringBuilder(choice.ConnectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandText = statements;
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }
}
