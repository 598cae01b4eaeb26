using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace PromptCanvas.Migrations;

/// <summary>Durable and patient SQLite: what was acknowledged survives a power cut, and a writer waits for the other one.</summary>
internal sealed class SqlitePragmas : DbConnectionInterceptor
{
    // FULL costs an fsync a commit; submits and finishes are what must not be lost, and nearly all we write.
    private const string Pragmas = "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 10000;";

    // EF looks read-only whether a database exists, and a backup put there by hand is not in this mode yet.
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
