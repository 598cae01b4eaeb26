using System.Globalization;
using System.Net.Sockets;

namespace PromptCanvas.Cli.Bench;

/// <summary>Asks the Redis of the settings how much processor time it has used, by Redis's inline commands.</summary>
internal sealed class RedisProcessor : IAsyncDisposable
{
    private readonly TcpClient connection;
    private readonly StreamReader reader;
    private readonly StreamWriter writer;

    private RedisProcessor(TcpClient connection)
    {
        this.connection = connection;
        reader = new StreamReader(connection.GetStream());
        writer = new StreamWriter(connection.GetStream()) { AutoFlush = true, NewLine = "\r\n" };
    }

    /// <summary>Connects to the first server of <c>Cluster__Redis</c>, without a password.</summary>
    public static async Task<RedisProcessor> OpenAsync()
    {
        var server = Environment.GetEnvironmentVariable("Cluster__Redis")!.Split(',')[0].Split(':');
        var connection = new TcpClient();
        await connection.ConnectAsync(server[0], server.Length > 1 ? int.Parse(server[1], CultureInfo.InvariantCulture) : 6379).ConfigureAwait(false);
        return new RedisProcessor(connection);
    }

    /// <returns>Seconds of processor time since the server started, of the system and of itself.</returns>
    public async Task<double> SecondsAsync()
    {
        await writer.WriteLineAsync("INFO cpu").ConfigureAwait(false);
        var seconds = 0.0;
        for (var found = 0; found < 2;)
        {
            var line = await reader.ReadLineAsync().ConfigureAwait(false) ?? throw new InvalidOperationException("Redis closed the connection.");
            if (line.StartsWith("used_cpu_sys:", StringComparison.Ordinal) || line.StartsWith("used_cpu_user:", StringComparison.Ordinal))
            {
                seconds += double.Parse(line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..], CultureInfo.InvariantCulture);
                found++;
            }
        }

        return seconds;
    }

    public ValueTask DisposeAsync()
    {
        connection.Dispose();
        return ValueTask.CompletedTask;
    }
}
