using System.Collections.Concurrent;
using System.Threading.Channels;

namespace PromptCanvas.Cluster.Live;

/// <summary>What one loop carries to Redis, in order: messages and changes of subscriptions.</summary>
/// <param name="Subscribes">Whether the topic's subscription is to be made or ended; null = a message.</param>
internal readonly record struct Outgoing(string Topic, string? Place, ReadOnlyMemory<byte> Body, bool? Subscribes = null);

/// <summary>Takes what is to be sent without waiting. Of a place only the newest message is kept; beyond a limit messages are lost.</summary>
internal sealed class Outbox
{
    /// <summary>Messages that wait at most; a second of the previews of some hundred pictures.</summary>
    public const int MostWaiting = 4096;

    private readonly ConcurrentDictionary<(string Topic, string Place), ReadOnlyMemory<byte>> newest = new();
    private readonly Channel<Outgoing> waiting = Channel.CreateUnbounded<Outgoing>(new UnboundedChannelOptions { SingleReader = true });
    private int messages;

    /// <summary>Takes a message.</summary>
    /// <returns>False if too many wait, and it is lost.</returns>
    public bool Put(string topic, string? place, ReadOnlyMemory<byte> body)
    {
        if (place is not null)
        {
            var isNew = false;
            newest.AddOrUpdate(
                (topic, place),
                _ =>
                {
                    isNew = true;
                    return body;
                },
                (_, _) =>
                {
                    isNew = false;
                    return body;
                });
            if (!isNew)
            {
                return true;
            }
        }

        if (Volatile.Read(ref messages) >= MostWaiting)
        {
            if (place is not null)
            {
                newest.TryRemove((topic, place), out _);
            }

            return false;
        }

        Interlocked.Increment(ref messages);
        return waiting.Writer.TryWrite(new Outgoing(topic, place, body));
    }

    /// <summary>Takes a change of a subscription; it is never lost.</summary>
    public void Put(string topic, bool subscribes) => waiting.Writer.TryWrite(new Outgoing(topic, null, default, subscribes));

    public ValueTask<bool> WaitAsync(CancellationToken cancellationToken) => waiting.Reader.WaitToReadAsync(cancellationToken);

    /// <summary>The next to carry, with the newest message of its place.</summary>
    public bool TryTake(out Outgoing next)
    {
        while (waiting.Reader.TryRead(out next))
        {
            if (next.Subscribes is not null)
            {
                return true;
            }

            Interlocked.Decrement(ref messages);
            if (next.Place is null)
            {
                return true;
            }

            if (newest.TryRemove((next.Topic, next.Place), out var body))
            {
                next = next with { Body = body };
                return true;
            }
        }

        return false;
    }
}
