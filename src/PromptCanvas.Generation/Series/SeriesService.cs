using PromptCanvas.Data.Series;
using PromptCanvas.Generation.Storage;
using PromptCanvas.Generation.Supervision;

namespace PromptCanvas.Generation.Series;

/// <summary>Goes on with the running series of one kind, on the machines that draw.</summary>
internal abstract class SeriesService<TSeries>(SeriesRunner<TSeries> runner, StorageFaults faults, TimeProvider clock, Supervisor supervisor) : SupervisedService(supervisor)
    where TSeries : JobSeries
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    protected override Task RunAsync(CancellationToken stoppingToken) => SteadilyAsync(Interval, clock, StepAsync, stoppingToken);

    private async Task StepAsync(CancellationToken stoppingToken)
    {
        try
        {
            await runner.StepAsync(stoppingToken);
        }
        catch (Exception fault) when (faults.Describe(fault) is not null)
        {
            Report(fault, $"A {typeof(TSeries).Name} could not go on; the next turn tries again");
        }
    }
}
