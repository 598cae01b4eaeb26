using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace PromptCanvas.Generation.Worker;

/// <summary>Looks for lost jobs three times a lease: every ten seconds.</summary>
internal sealed class LeaseRecoveryService(LeaseRecovery rescue, LeaseRecoveryRules rules, ILogger<LeaseRecoveryService> logger) : BackgroundService
{
    private const int LooksPerLease = 3;

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "The loop outlives a database that is away.")]
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var interval = rules.Lease / LooksPerLease;

        // Of the system, whatever clock the studio has: leases are counted in real time.
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
                    logger.LogError(fault, "Lost jobs could not be looked for; trying again in {Interval}", interval);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            logger.LogDebug("The rescue stops");
        }
    }
}
