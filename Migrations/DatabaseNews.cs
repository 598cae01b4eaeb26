using Npgsql;
using PromptCanvas.Data;

namespace PromptCanvas.Migrations;

/// <inheritdoc/>
/// <remarks>Uses PostgreSQL's LISTEN and NOTIFY. SQLite has no equivalent and needs none, because it has a single process.</remarks>
internal sealed class DatabaseNews(DatabaseChoice choice) : IDatabaseNews
{
    private const string Channel = "promptcanvas_queue";

    // Probe an idle connection after this long.
    private const int KeepAliveSeconds = 30;

    public bool IsCarried => choice.Provider == DatabaseProvider.PostgreSql;

    public async Task TellAsync(CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(choice.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand($"NOTIFY {Channel}", connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public async Task ListenAsync(Action heard, CancellationToken cancellationToken)
    {
        // Unpooled: returning a connection to the pool would end its LISTEN.
        var settings = new NpgsqlConnectionStringBuilder(choice.ConnectionString) { Pooling = false, KeepAlive = KeepAliveSeconds, TcpKeepAlive = true };
        await using var connection = new NpgsqlConnection(settings.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        await using (var command = new NpgsqlCommand($"LISTEN {Channel}", connection))
        {
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        heard();
        while (true)
        {
            await connection.WaitAsync(cancellationToken);
            heard();
        }
    }
}
