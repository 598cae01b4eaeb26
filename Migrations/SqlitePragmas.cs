using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace PromptCanvas.Migrations;

/// <summary>Durable and patient SQLite: what was acknowledged survives a power cut, and a writer waits for the other one.</summary>
internal sealed class SqlitePragmas : DbConnectionInterceptor
{
    // FULL costs an fsync a commit; submits and finishes are what must not be lost, and nearly all we write.
    private const string Pragmas = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 10000;";

    public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData)
    {
        using var command = connection.CreateCommand();
        command.CommandText = Pragmas;
        command.ExecuteNonQuery();
    }

    public override async Task ConnectionOpenedAsync(DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = Pragmas;
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
