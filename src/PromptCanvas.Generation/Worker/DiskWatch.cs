using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using PromptCanvas.Generation.Storage;

namespace PromptCanvas.Generation.Worker;

/// <summary>Keeps some room of the disk back, gives it away in time, and takes it again.</summary>
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
                logger.LogWarning("The disk could not be looked at: {Reason}", reason);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }
}
