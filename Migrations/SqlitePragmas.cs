using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace PromptCanvas.Migrations;

/// <summary>SQLite settings for durability and concurrency: acknowledged writes survive a power cut, and writers wait for each other.</summary>
internal sealed class SqlitePragmas : DbConnectionInterceptor
{
    // FULL costs one fsync per commit; nearly all writes are submits and finishes, which must not be lost.
    private const string Pragmas = "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 10000; PRAGMA temp_store = MEMORY;";

    // Skip read-only connections: EF opens one to check whether the database exists, and a restored backup is not in WAL mode yet.
    private const string WriteAhead = "PRAGMA journal_mode = WAL; ";

    public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData)
    {
        using var command = connection.CreateCommand();
        command.CommandText = PragmasOf(connection);
        command.ExecuteNonQuery();
    }

    public override async Task ConnectionOpenedAsync(DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = PragmasOf(connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static string PragmasOf(DbConnection connection) =>
        new SqliteConnectionStringBuilder(connection.ConnectionString).Mode == SqliteOpenMode.ReadOnly ? Pragmas : WriteAhead + Pragmas;
}
