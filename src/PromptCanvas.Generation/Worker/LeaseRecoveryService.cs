using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace PromptCanvas.Generation.Worker;

/// <summary>Recovers expired leases three times per lease duration (every ten seconds by default).</summary>
internal sealed class LeaseRecoveryService(LeaseRecovery rescue, LeaseRecoveryRules rules, ILogger<LeaseRecoveryService> logger) : BackgroundService
{
    private const int LooksPerLease = 3;

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "The loop must survive a database outage.")]
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var interval = rules.Lease / LooksPerLease;

        // Uses the system clock and not the injected one: leases are counted in real time.
        using var timer = new PeriodicTimer(interval);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                try
                {
                    await rescue.ExpiredAsync(stoppingToken);
                }
                catch (Exception fault) when (!stoppingToken.IsCancellationRequested)
                {
                    logger.LogError(fault, "Lease recovery failed; trying again in {Interval}", interval);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            logger.LogDebug("Lease recovery is stopping");
        }
    }
}
