using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using PromptCanvas.Generation.Storage;

namespace PromptCanvas.Generation.Worker;

/// <summary>Sweeps the image store once after each start, beside everything else.</summary>
internal sealed class OrphanSweep(Orphans orphans, StorageFaults faults, ILogger<OrphanSweep> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        try
        {
            if (await orphans.SweepAsync(stoppingToken) is > 0 and var removed)
            {
                logger.LogInformation("{Count} files without a picture were removed", removed);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            logger.LogDebug("The sweep was stopped; the next start goes on with it");
        }
        catch (Exception fault) when (faults.Describe(fault) is { } reason)
        {
            logger.LogWarning("Files without a picture could not be removed: {Reason}", reason);
        }
    }
}
