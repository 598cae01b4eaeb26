using PromptCanvas.Generation.Supervision;

namespace PromptCanvas.Generation.Previews;

/// <summary>Announces to the other nodes which jobs are watched here, and receives their announcements.</summary>
internal sealed class PreviewWatchService(PreviewLink link, TimeProvider clock, Supervisor supervisor) : SupervisedService(supervisor)
{
    protected override async Task RunAsync(CancellationToken stoppingToken)
    {
        if (!link.IsShared)
        {
            return;
        }

        using var hearing = link.HearWatchers();
        await EveryAsync(
            PreviewLink.Renewal,
            clock,
            _ =>
            {
                link.Announce();
                return Task.CompletedTask;
            },
            stoppingToken);
    }
}
