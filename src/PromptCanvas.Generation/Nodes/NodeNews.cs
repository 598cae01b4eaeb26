using PromptCanvas.Generation.Live;

namespace PromptCanvas.Generation.Nodes;

/// <summary>Tells the nodes that one was drained or takes jobs again. A hint: each node reads its row at its next report in any case.</summary>
internal sealed class NodeNews(ILiveLine line) : IDisposable
{
    private const string Topic = "nodes";

    // At most one pending signal.
    private readonly SemaphoreSlim changed = new(0, 1);
    private readonly Lock gate = new();

    /// <summary>Signals a change of any node to all of them.</summary>
    public void Tell()
    {
        if (line.IsShared)
        {
            line.Send(Topic, null, ReadOnlyMemory<byte>.Empty);
        }

        Set();
    }

    /// <summary>Receives the other nodes' signals until disposed.</summary>
    public IDisposable Hear() => line.Hear(Topic, _ => Set());

    /// <summary>Waits for a signal, at most for a time.</summary>
    public Task WaitAsync(TimeSpan atMost, CancellationToken cancellationToken) => changed.WaitAsync(atMost, cancellationToken);

    public void Dispose() => changed.Dispose();

    private void Set()
    {
        lock (gate)
        {
            if (changed.CurrentCount == 0)
            {
                changed.Release();
            }
        }
    }
}
