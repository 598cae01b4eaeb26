using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace PromptCanvas.Generation.Worker;

/// <summary>Looks for lost jobs every ten seconds.</summary>
internal sealed class RescueService(Rescue rescue, TimeProvider clock, ILogger<RescueService> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "The loop outlives a database that is away.")]
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
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
                    logger.LogError(fault, "Lost jobs could not be looked for; trying again in {Interval}", Interval);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            logger.LogDebug("The rescue stops");
        }
    }
}
