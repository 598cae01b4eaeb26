using System.Diagnostics.CodeAnalysis;
using PromptCanvas.Generation.Supervision;

namespace PromptCanvas.Generation.Worker;

/// <summary>Recovers expired leases three times per lease duration (every ten seconds by default).</summary>
internal sealed class LeaseRecoveryService(LeaseRecovery recovery, LeaseRecoveryRules rules, Supervisor supervisor) : SupervisedService(supervisor)
{
    private const int LooksPerLease = 3;

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Recovery keeps its rhythm through a database outage: longer pauses would delay the jobs of a killed worker.")]
    protected override async Task RunAsync(CancellationToken stoppingToken)
    {
        // Uses the system clock and not the injected one: leases are counted in real time.
        using var timer = new PeriodicTimer(rules.Lease / LooksPerLease);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await recovery.ExpiredAsync(stoppingToken);
                Worked();
            }
            catch (Exception fault) when (!stoppingToken.IsCancellationRequested)
            {
                Failed(fault);
            }
        }
    }
}
