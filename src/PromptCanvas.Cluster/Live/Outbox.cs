using System.Collections.Concurrent;
using System.Threading.Channels;

namespace PromptCanvas.Cluster.Live;

/// <summary>An item to send to Redis: a message or a change of a subscription.</summary>
/// <param name="Subscribes">Whether the topic's subscription is to be made or ended; null = a message.</param>
internal readonly record struct Outgoing(string Topic, string? Place, ReadOnlyMemory<byte> Body, bool? Subscribes = null);

/// <summary>Queues items for sending without blocking. Keeps only the newest message of each place; drops messages beyond a limit.</summary>
internal sealed class Outbox
{
    /// <summary>Maximum number of queued messages: one second of previews of about a hundred pictures.</summary>
    public const int MostWaiting = 4096;

    private readonly ConcurrentDictionary<(string Topic, string Place), ReadOnlyMemory<byte>> newest = new();
    private readonly Channel<Outgoing> waiting = Channel.CreateUnbounded<Outgoing>(new UnboundedChannelOptions { SingleReader = true });
    private int messages;

    /// <summary>Queues a message.</summary>
    /// <returns>False if the queue is full and the message was dropped.</returns>
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

    /// <summary>Queues a change of a subscription; it is never dropped.</summary>
    public void Put(string topic, bool subscribes) => waiting.Writer.TryWrite(new Outgoing(topic, null, default, subscribes));

    public ValueTask<bool> WaitAsync(CancellationToken cancellationToken) => waiting.Reader.WaitToReadAsync(cancellationToken);

    /// <summary>The next item to send, with the newest message of its place.</summary>
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
