using Microsoft.Extensions.Logging;
using PromptCanvas.Generation.Library;
using PromptCanvas.Generation.Storage;
using PromptCanvas.Generation.Supervision;

namespace PromptCanvas.Generation.Worker;

/// <summary>Sweeps the image store in the background, after each start and then daily.</summary>
internal sealed class OrphanSweep(
    LeftoverFiles leftovers, StorageFaults faults, TimeProvider clock, Supervisor supervisor, ILogger<OrphanSweep> logger) : SupervisedService(supervisor)
{
    private static readonly TimeSpan Interval = TimeSpan.FromDays(1);

    protected override Task RunAsync(CancellationToken stoppingToken) => EveryAsync(Interval, clock, SweepAsync, stoppingToken);

    private async Task SweepAsync(CancellationToken stoppingToken)
    {
        try
        {
            await leftovers.Stages.SweepAsync(stoppingToken);
            if (await leftovers.Trash.EmptyAsync(stoppingToken) is > 0 and var emptied)
            {
                logger.LogInformation("{Count} pictures were deleted permanently from the trash", emptied);
            }

            if (await leftovers.Uploads.SweepAsync(stoppingToken) is > 0 and var unused)
            {
                logger.LogInformation("{Count} uploads that are no longer used were removed", unused);
            }

            if (await leftovers.Orphans.SweepAsync(stoppingToken) is > 0 and var removed)
            {
                logger.LogInformation("{Count} files without a picture were removed", removed);
            }
        }
        catch (Exception fault) when (faults.Describe(fault) is not null)
        {
            // One file that cannot be removed waits for tomorrow's sweep; it does not stop the studio.
            Report(fault, "Files without a picture could not be removed");
        }
    }
}

/// <summary>All parts of a sweep.</summary>
internal sealed record LeftoverFiles(Orphans Orphans, Trash Trash, UsedUploads Uploads, StageCheckpoints Stages);
