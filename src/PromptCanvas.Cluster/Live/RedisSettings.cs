using StackExchange.Redis;

namespace PromptCanvas.Cluster.Live;

/// <summary>Connection settings for Redis: lost messages are not sent again, and no call waits long.</summary>
internal static class RedisSettings
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ConnectPatience = TimeSpan.FromSeconds(2);

    // A dead connection is detected within twice this time.
    private const int KeepAliveSeconds = 5;

    /// <exception cref="ArgumentException">The address cannot be read, or names no server.</exception>
    public static ConfigurationOptions Of(string address)
    {
        var options = ConfigurationOptions.Parse(address);
        if (options.EndPoints.Count == 0)
        {
            throw new ArgumentException("There is no server in it.", nameof(address));
        }

        // The studio starts without Redis and connects when it becomes available.
        options.AbortOnConnectFail = false;
        options.BacklogPolicy = BacklogPolicy.FailFast;
        options.ConnectTimeout = (int)ConnectPatience.TotalMilliseconds;
        options.SyncTimeout = (int)Patience.TotalMilliseconds;
        options.AsyncTimeout = (int)Patience.TotalMilliseconds;
        options.KeepAlive = KeepAliveSeconds;
        options.HeartbeatInterval = Patience;
        options.ReconnectRetryPolicy = new LinearRetry((int)Patience.TotalMilliseconds);
        return options;
    }
}
