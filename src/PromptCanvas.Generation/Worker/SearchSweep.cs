using PromptCanvas.Generation.Library;
using PromptCanvas.Generation.Supervision;

namespace PromptCanvas.Generation.Worker;

/// <summary>Frees the memory of pictures that are gone from the database.</summary>
internal sealed class SearchSweep(EmbeddingIndex index, TimeProvider clock, Supervisor supervisor) : SupervisedService(supervisor)
{
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    protected override Task RunAsync(CancellationToken stoppingToken) => EveryAsync(Interval, clock, index.ForgetGoneAsync, stoppingToken);
}
