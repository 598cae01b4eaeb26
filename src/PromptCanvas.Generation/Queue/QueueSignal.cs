using System.Threading.Channels;
using Microsoft.Extensions.Options;
using PromptCanvas.Generation.Configuration;

namespace PromptCanvas.Generation.Queue;

/// <summary>Wakes the worker after a job was queued, handed back or freed. Pending signals are coalesced.</summary>
internal sealed class QueueSignal(IOptions<GenerationOptions> options, TimeProvider clock)
{
    // Other processes raise no in-process signal, so poll.
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1);

    private readonly Channel<bool> channel =
        Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public void Set() => channel.Writer.TryWrite(true);

    /// <summary>Waits for a signal, at most until a time; where processes share the queue, at most for the polling interval.</summary>
    /// <param name="due">When to wake without a signal; null = never.</param>
    public async Task WaitAsync(DateTimeOffset? due, CancellationToken cancellationToken)
    {
        var rest = due is { } time ? time - clock.GetUtcNow() : Timeout.InfiniteTimeSpan;
        if (options.Value.SharedQueue && (due is null || rest > PollInterval))
        {
            rest = PollInterval;
        }

        if (rest > TimeSpan.Zero)
        {
            using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await Task.WhenAny(NextAsync(waiting.Token), Task.Delay(rest, clock, waiting.Token));
            await waiting.CancelAsync();
            cancellationToken.ThrowIfCancellationRequested();
        }
        else if (due is null)
        {
            await NextAsync(cancellationToken);
        }
    }

    private async Task NextAsync(CancellationToken cancellationToken) => await channel.Reader.ReadAsync(cancellationToken);
}
