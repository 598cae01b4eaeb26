namespace PromptCanvas.Generation.Live;

/// <summary>Sends messages that may be lost between the nodes of a studio: previews, events, signals. Durable state is in the database.</summary>
public interface ILiveLine
{
    /// <summary>Whether there are other nodes; false in a single process.</summary>
    bool IsShared { get; }

    /// <summary>Whether messages reach the other nodes now.</summary>
    bool IsUp { get; }

    /// <summary>Sends a message to the other nodes. Returns at once and never throws; without a connection the message is lost.</summary>
    /// <param name="place">A newer message of the same topic and place replaces one that is not sent yet; null = every message is sent.</param>
    void Send(string topic, string? place, ReadOnlyMemory<byte> body);

    /// <summary>Subscribes to the other nodes' messages until disposed. Messages that this node sends after this call are sent after the subscription exists.</summary>
    /// <param name="heard">Must be quick; called on any thread, possibly in another order than the messages were sent.</param>
    IDisposable Hear(string topic, Action<ReadOnlyMemory<byte>> heard);
}
