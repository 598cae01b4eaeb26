using PromptCanvas.Generation.Storage;
using PromptCanvas.Generation.Supervision;

namespace PromptCanvas.Generation.Worker;

/// <summary>Clears expired drafts and what they would be finished from, at the start and then hourly.</summary>
internal sealed class DraftSweep(
    ExpiredDrafts drafts, StageCheckpoints stages, StorageFaults faults, TimeProvider clock, Supervisor supervisor) : SupervisedService(supervisor)
{
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    protected override Task RunAsync(CancellationToken stoppingToken) => EveryAsync(Interval, clock, SweepAsync, stoppingToken);

    private async Task SweepAsync(CancellationToken stoppingToken)
    {
        try
        {
            foreach (var jobId in await drafts.ClearAsync(stoppingToken))
            {
                await stages.RemoveIfOverAsync(jobId, stoppingToken);
            }
        }
        catch (Exception fault) when (faults.Describe(fault) is not null)
        {
            Report(fault, "Expired drafts could not be removed; the next sweep tries again");
        }
    }
}
