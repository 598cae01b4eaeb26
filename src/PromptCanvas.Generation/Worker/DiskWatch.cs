using PromptCanvas.Generation.Storage;
using PromptCanvas.Generation.Supervision;

namespace PromptCanvas.Generation.Worker;

/// <summary>Checks the disk regularly: releases the disk reserve when space runs out and restores it later.</summary>
internal sealed class DiskWatch(DiskReserve reserve, StorageFaults faults, TimeProvider clock, Supervisor supervisor) : SupervisedService(supervisor)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    protected override Task RunAsync(CancellationToken stoppingToken) => EveryAsync(Interval, clock, LookAsync, stoppingToken);

    private Task LookAsync(CancellationToken cancellationToken)
    {
        try
        {
            reserve.Look();
        }
        catch (Exception fault) when (faults.Describe(fault) is not null)
        {
            // A full disk is reported to requests; it is not a failure of this service.
            Report(fault, "The disk space could not be checked");
        }

        return Task.CompletedTask;
    }
}
