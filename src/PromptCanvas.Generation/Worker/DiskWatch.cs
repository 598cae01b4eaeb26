using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using PromptCanvas.Generation.Storage;

namespace PromptCanvas.Generation.Worker;

/// <summary>Checks the disk regularly: releases the disk reserve when space runs out and restores it later.</summary>
internal sealed class DiskWatch(DiskReserve reserve, StorageFaults faults, TimeProvider clock, ILogger<DiskWatch> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        using var timer = new PeriodicTimer(Interval, clock);
        do
        {
            try
            {
                reserve.Look();
            }
            catch (Exception fault) when (faults.Describe(fault) is { } reason)
            {
                logger.LogWarning("The disk space could not be checked: {Reason}", reason);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }
}
