using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using PromptCanvas.Generation.Library;
using PromptCanvas.Generation.Storage;

namespace PromptCanvas.Generation.Worker;

/// <summary>Sweeps the image store in the background, after each start and then daily.</summary>
internal sealed class OrphanSweep(
    Orphans orphans, Trash trash, UsedUploads uploads, StageCheckpoints stages, StorageFaults faults, TimeProvider clock, ILogger<OrphanSweep> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromDays(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        try
        {
            using var timer = new PeriodicTimer(Interval, clock);
            do
            {
                await SweepAsync(stoppingToken);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            logger.LogDebug("The sweep was stopped; it continues after the next start");
        }
    }

    private async Task SweepAsync(CancellationToken stoppingToken)
    {
        try
        {
            await stages.SweepAsync(stoppingToken);
            if (await trash.EmptyAsync(stoppingToken) is > 0 and var emptied)
            {
                logger.LogInformation("{Count} pictures were deleted permanently from the trash", emptied);
            }

            if (await uploads.SweepAsync(stoppingToken) is > 0 and var unused)
            {
                logger.LogInformation("{Count} uploads that are no longer used were removed", unused);
            }

            if (await orphans.SweepAsync(stoppingToken) is > 0 and var removed)
            {
                logger.LogInformation("{Count} files without a picture were removed", removed);
            }
        }
        catch (Exception fault) when (faults.Describe(fault) is { } reason)
        {
            logger.LogWarning("Files without a picture could not be removed: {Reason}", reason);
        }
    }
}
