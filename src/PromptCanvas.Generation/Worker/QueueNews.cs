using System.Threading.Channels;
using Microsoft.Extensions.Options;
using PromptCanvas.Data;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Generation.Configuration;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Generation.Supervision;

namespace PromptCanvas.Generation.Worker;

/// <summary>Signals new jobs between processes through the database. Without it, or while the connection is broken, workers poll every
/// second.</summary>
internal sealed class QueueNews(IDatabaseNews news, IJobFeed feed, QueueSignal signal, IOptions<GenerationOptions> options, Supervisor supervisor)
    : SupervisedService(supervisor)
{
    private const string Listening = $"{nameof(QueueNews)}.Listen";
    private const string Telling = $"{nameof(QueueNews)}.Tell";

    // Capacity 1: pending signals are coalesced.
    private readonly Channel<bool> queued = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    protected override async Task RunAsync(CancellationToken stoppingToken)
    {
        if (!options.Value.SharedQueue || !news.IsCarried)
        {
            return;
        }

        using var subscription = feed.Subscribe(null, change =>
        {
            if (change is { State: JobState.Queued, IsRemote: false })
            {
                queued.Writer.TryWrite(true);
            }
        });
        await Task.WhenAll(
            Supervisor.RunAsync(Listening, ListenAsync, stoppingToken),
            Supervisor.RunAsync(Telling, TellAsync, stoppingToken));
    }

    private Task ListenAsync(CancellationToken stoppingToken) => news.ListenAsync(
        () =>
        {
            // The first call reports that the connection is established.
            Supervisor.Faults.Worked(Listening);
            signal.Set();
        },
        stoppingToken);

    private async Task TellAsync(CancellationToken stoppingToken)
    {
        await foreach (var _ in queued.Reader.ReadAllAsync(stoppingToken))
        {
            await news.TellAsync(stoppingToken);
            Supervisor.Faults.Worked(Telling);
        }
    }
}
