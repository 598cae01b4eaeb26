using PromptCanvas.Generation.Live;
using PromptCanvas.Generation.Supervision;
using StackExchange.Redis;

namespace PromptCanvas.Cluster.Live;

/// <summary>The line between nodes over Redis publish and subscribe. One loop sends everything; publishing only writes to memory.</summary>
/// <remarks>Nothing is stored in Redis, so it may be emptied, restarted or replaced at any time.</remarks>
internal sealed class RedisLine(ConfigurationOptions settings, string prefix, Supervisor supervisor) : SupervisedService(supervisor), ILiveLine
{
    private const int IdLength = 16;

    // Messages published together before their replies are awaited.
    private const int MostAtOnce = 64;

    // Prefix of every message, by which a node recognizes its own.
    private readonly byte[] id = Guid.NewGuid().ToByteArray();
    private readonly Outbox outbox = new();
    private readonly Listeners listeners = new();
    private volatile ConnectionMultiplexer? connection;

    public bool IsShared => true;

    public bool IsUp => connection is { IsConnected: true };

    // Messages are hints and may be lost if the outbox is full or the connection is down.
    public void Send(string topic, string? place, ReadOnlyMemory<byte> body) => outbox.Put(topic, place, body);

    public IDisposable Hear(string topic, Action<ReadOnlyMemory<byte>> heard) => listeners.Add(topic, heard, isHeard => outbox.Put(topic, isHeard));

    protected override async Task RunAsync(CancellationToken stoppingToken)
    {
        await using var redis = await ConnectionMultiplexer.ConnectAsync(settings);
        try
        {
            connection = redis;

            // After a fault the connection is a new one. Subscribing twice would add a second handler, so each topic is subscribed once.
            var subscribed = new Dictionary<string, Action<RedisChannel, RedisValue>>(StringComparer.Ordinal);
            foreach (var topic in listeners.Topics)
            {
                await ChangeAsync(redis, topic, subscribes: true, subscribed);
            }

            while (await outbox.WaitAsync(stoppingToken))
            {
                await CarryAsync(redis, subscribed);
                Worked();
            }
        }
        finally
        {
            connection = null;
        }
    }

    private RedisChannel ChannelOf(string topic) => RedisChannel.Literal($"{prefix}:{topic}");

    /// <summary>Sends queued items, up to a limit.</summary>
    private async Task CarryAsync(ConnectionMultiplexer redis, Dictionary<string, Action<RedisChannel, RedisValue>> subscribed)
    {
        var published = new List<Task>();
        while (published.Count < MostAtOnce && outbox.TryTake(out var next))
        {
            if (next.Subscribes is { } subscribes)
            {
                await ChangeAsync(redis, next.Topic, subscribes, subscribed);
            }
            else if (redis.IsConnected)
            {
                published.Add(PublishAsync(redis, next));
            }
        }

        await Task.WhenAll(published);
    }

    private async Task PublishAsync(ConnectionMultiplexer redis, Outgoing message)
    {
        var bytes = new byte[IdLength + message.Body.Length];
        id.CopyTo(bytes, 0);
        message.Body.CopyTo(bytes.AsMemory(IdLength));
        try
        {
            await redis.GetDatabase().PublishAsync(ChannelOf(message.Topic), bytes);
        }
        catch (Exception fault) when (IsOfRedis(fault))
        {
            // Lost, like a message sent while the connection is down.
        }
    }

    private async Task ChangeAsync(ConnectionMultiplexer redis, string topic, bool subscribes, Dictionary<string, Action<RedisChannel, RedisValue>> subscribed)
    {
        try
        {
            if (subscribes && !subscribed.ContainsKey(topic))
            {
                Action<RedisChannel, RedisValue> handler = (_, message) => Heard(topic, message);
                subscribed[topic] = handler;
                await redis.GetSubscriber().SubscribeAsync(ChannelOf(topic), handler);
            }
            else if (!subscribes && subscribed.Remove(topic, out var handler))
            {
                await redis.GetSubscriber().UnsubscribeAsync(ChannelOf(topic), handler);
            }
        }
        catch (Exception fault) when (IsOfRedis(fault))
        {
            // The client keeps the list of subscriptions and applies it when it is connected again.
        }
    }

    private void Heard(string topic, RedisValue value)
    {
        ReadOnlyMemory<byte> message = (byte[]?)value ?? [];
        if (message.Length < IdLength || message.Span[..IdLength].SequenceEqual(id))
        {
            return;
        }

        foreach (var heard in listeners.Of(topic))
        {
            Supervisor.Faults.Guard(nameof(RedisLine), () => heard(message[IdLength..]));
        }
    }

    private static bool IsOfRedis(Exception fault) => fault is RedisException or TimeoutException;
}
