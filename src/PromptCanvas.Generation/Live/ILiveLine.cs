namespace PromptCanvas.Generation.Live;

/// <summary>Carries between the nodes of a studio what may be lost: previews, events, signals. What must not be lost is in the database.</summary>
public interface ILiveLine
{
    /// <summary>Whether there is a line to other nodes; false in one process.</summary>
    bool IsShared { get; }

    /// <summary>Whether messages reach the other nodes now.</summary>
    bool IsUp { get; }

    /// <summary>Hands a message over to the other nodes. Returns at once and never throws; without a connection the message is lost.</summary>
    /// <param name="place">A message that has not left yet is replaced by a newer one of the same topic and place; null = every message is sent.</param>
    void Send(string topic, string? place, ReadOnlyMemory<byte> body);

    /// <summary>Subscribes to the other nodes' messages until disposed. A message sent after this call leaves after the subscription exists.</summary>
    /// <param name="heard">Must be quick; called on any thread, possibly in another order than the messages were sent.</param>
    IDisposable Hear(string topic, Action<ReadOnlyMemory<byte>> heard);
}
