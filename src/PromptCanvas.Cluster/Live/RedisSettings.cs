using StackExchange.Redis;

namespace PromptCanvas.Cluster.Live;

/// <summary>How the studio connects to Redis: what is lost is lost, and no call waits long.</summary>
internal static class RedisSettings
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ConnectPatience = TimeSpan.FromSeconds(2);

    // A connection that answers nothing is noticed within this time, doubled.
    private const int KeepAliveSeconds = 5;

    /// <exception cref="ArgumentException">The address cannot be read, or names no server.</exception>
    public static ConfigurationOptions Of(string address)
    {
        var options = ConfigurationOptions.Parse(address);
        if (options.EndPoints.Count == 0)
        {
            throw new ArgumentException("There is no server in it.", nameof(address));
        }

        // The studio starts without Redis and connects when it comes.
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
