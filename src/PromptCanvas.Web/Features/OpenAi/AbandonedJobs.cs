using PromptCanvas.Generation.Supervision;

namespace PromptCanvas.Web.Features.OpenAi;

/// <summary>Cancels jobs whose clients have disconnected and did not come back in time.</summary>
internal sealed class AbandonedJobs(WaitingClients clients, TimeProvider clock, Supervisor supervisor) : SupervisedService(supervisor)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    protected override Task RunAsync(CancellationToken stoppingToken) => EveryAsync(Interval, clock, _ => clients.EndAbandonedAsync(), stoppingToken);
}
