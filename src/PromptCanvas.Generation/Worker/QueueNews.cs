using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PromptCanvas.Data;
using PromptCanvas.Generation.Configuration;
using PromptCanvas.Generation.Queue;

namespace PromptCanvas.Generation.Worker;

/// <summary>Wakes the workers of other processes at once when something is queued here, and ours when it is queued there. Without it, or while the
/// line is broken, they look every second.</summary>
internal sealed class QueueNews(IDatabaseNews news, IJobFeed feed, QueueSignal signal, IOptions<GenerationOptions> options, ILogger<QueueNews> logger) : BackgroundService
{
    // Of the system, whatever clock the studio has: the line breaks in real time.
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    // Of many words that wait one is enough.
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
            AgainAndAgainAsync(() => news.ListenAsync(signal.Set, stoppingToken), stoppingToken),
            AgainAndAgainAsync(() => TellAsync(stoppingToken), stoppingToken));
    }

    private async Task TellAsync(CancellationToken stoppingToken)
    {
        await foreach (var _ in queued.Reader.ReadAllAsync(stoppingToken))
        {
            await news.TellAsync(stoppingToken);
        }
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "The loop outlives a database that is away.")]
    private async Task AgainAndAgainAsync(Func<Task> work, CancellationToken stoppingToken)
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
                logger.LogWarning("No word of the queue comes or goes: {Reason}; trying again in {Pause}", fault.Message, Pause);
                await Task.Delay(Pause, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }
}
