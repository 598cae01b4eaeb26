using PromptCanvas.Generation.Storage;
using PromptCanvas.Generation.Supervision;

namespace PromptCanvas.Generation.Bias;

/// <summary>Goes on with the running bias audits, on the machines that draw.</summary>
internal sealed class BiasAuditService(BiasRunner runner, StorageFaults faults, TimeProvider clock, Supervisor supervisor) : SupervisedService(supervisor)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    protected override Task RunAsync(CancellationToken stoppingToken) => EveryAsync(Interval, clock, StepAsync, stoppingToken);

    private async Task StepAsync(CancellationToken stoppingToken)
    {
        try
        {
            await runner.StepAsync(stoppingToken);
        }
        catch (Exception fault) when (faults.Describe(fault) is not null)
        {
            Report(fault, "A bias audit could not go on; the next turn tries again");
        }
    }
}
