namespace PromptCanvas.Generation.Live;

/// <summary>The implementation for a single process, which has no other nodes.</summary>
public sealed class LocalLine : ILiveLine
{
    public bool IsShared => false;

    public bool IsUp => true;

    public void Send(string topic, string? place, ReadOnlyMemory<byte> body)
    {
        // No node would receive it.
    }

    public IDisposable Hear(string topic, Action<ReadOnlyMemory<byte>> heard) => Silence.Instance;

    private sealed class Silence : IDisposable
    {
        public static readonly Silence Instance = new();

        public void Dispose()
        {
            // Nothing was subscribed.
        }
    }
}
