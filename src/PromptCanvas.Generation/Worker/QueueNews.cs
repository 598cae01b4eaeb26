using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PromptCanvas.Data;
using PromptCanvas.Generation.Configuration;
using PromptCanvas.Generation.Queue;

namespace PromptCanvas.Generation.Worker;

/// <summary>Signals new jobs between processes through the database. Without it, or while the connection is broken, workers poll every
/// second.</summary>
internal sealed class QueueNews(IDatabaseNews news, IJobFeed feed, QueueSignal signal, IOptions<GenerationOptions> options, ILogger<QueueNews> logger) : BackgroundService
{
    // Uses the system clock and not the injected one: connections break in real time.
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    // Capacity 1: pending signals are coalesced.
    private readonly Channel<bool> queued = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!options.Value.SharedQueue || !news.IsCarried)
        {
            return;
        }

        using var subscription = feed.Subscribe(null, change =>
        {
            if (change.State == JobState.Queued)
            {
                queued.Writer.TryWrite(true);
            }
        });
        await Task.WhenAll(
            RetryForeverAsync(() => news.ListenAsync(signal.Set, stoppingToken), stoppingToken),
            RetryForeverAsync(() => TellAsync(stoppingToken), stoppingToken));
    }

    private async Task TellAsync(CancellationToken stoppingToken)
    {
        await foreach (var _ in queued.Reader.ReadAllAsync(stoppingToken))
        {
            await news.TellAsync(stoppingToken);
        }
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "The loop must survive a database outage.")]
    private async Task RetryForeverAsync(Func<Task> work, CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await work();
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault)
            {
                logger.LogWarning("Queue notifications between processes failed: {Reason}; trying again in {Pause}", fault.Message, Pause);
                await Task.Delay(Pause, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }
}
