using System.Threading.Channels;

namespace PromptCanvas.Generation.Queue;

/// <summary>Wakes the worker after a job was queued, handed back or freed. Pending signals are coalesced.</summary>
internal sealed class QueueSignal
{
    private readonly Channel<bool> channel =
        Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public void Set() => channel.Writer.TryWrite(true);

    public async Task WaitAsync(CancellationToken cancellationToken) => await channel.Reader.ReadAsync(cancellationToken);
}
