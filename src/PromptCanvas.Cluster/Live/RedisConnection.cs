using StackExchange.Redis;

namespace PromptCanvas.Cluster.Live;

/// <summary>The connection for commands: rate limits and the cache. The line has its own connection, so that previews delay neither.</summary>
internal sealed class RedisConnection(ConfigurationOptions settings) : IAsyncDisposable
{
    private readonly Lock gate = new();
    private Task<ConnectionMultiplexer>? opening;
    private volatile ConnectionMultiplexer? connection;

    /// <summary>The database if the server is connected now, otherwise null. Does not wait.</summary>
    public IDatabase? Database
    {
        get
        {
            if (connection is null)
            {
                _ = Opening();
            }

            return connection is { IsConnected: true } redis ? redis.GetDatabase() : null;
        }
    }

    /// <summary>The connection, which may not be established yet; it is retried in the background.</summary>
    public async Task<IConnectionMultiplexer> OpenAsync() => await Opening();

    public async ValueTask DisposeAsync()
    {
        if (connection is { } redis)
        {
            await redis.DisposeAsync();
        }
    }

    private Task<ConnectionMultiplexer> Opening()
    {
        lock (gate)
        {
            // A faulted attempt (an address that cannot be resolved, for example) is made again by the next caller.
            if (opening is null or { IsFaulted: true, Exception: not null })
            {
                opening = ConnectAsync();
            }

            return opening;
        }
    }

    private async Task<ConnectionMultiplexer> ConnectAsync() => connection = await ConnectionMultiplexer.ConnectAsync(settings);
}
