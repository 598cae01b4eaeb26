using PromptCanvas.Generation.Supervision;

namespace PromptCanvas.Generation.Worker;

/// <summary>Recovers expired leases three times per lease duration (every ten seconds by default), also through an outage of the database: longer pauses would
/// delay the jobs of a killed worker.</summary>
internal sealed class LeaseRecoveryService(LeaseRecovery recovery, LeaseRecoveryRules rules, Supervisor supervisor) : SupervisedService(supervisor)
{
    private const int LooksPerLease = 3;

    // The system clock and not the injected one: leases are counted in real time.
    protected override Task RunAsync(CancellationToken stoppingToken) =>
        SteadilyAsync(rules.Lease / LooksPerLease, TimeProvider.System, recovery.ExpiredAsync, stoppingToken);
}
