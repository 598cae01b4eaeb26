using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PromptCanvas.Data;
using PromptCanvas.Generation.Configuration;
using PromptCanvas.Generation.Storage;

namespace PromptCanvas.Generation.Worker;

/// <summary>Removes files that no row names, once after each start: what a crash between file and row left.</summary>
internal sealed class OrphanSweep(
    IDbContextFactory<AppDbContext> databases, IBlobStore blobs, IOptions<GenerationOptions> options, TimeProvider clock, ILogger<OrphanSweep> logger)
    : BackgroundService
{
    private const int BatchSize = 200;

    public async Task<int> SweepAsync(CancellationToken cancellationToken)
    {
        var limit = clock.GetUtcNow() - options.Value.OrphanAge;
        var removed = 0;
        foreach (var hashes in blobs.WrittenBefore(limit).Chunk(BatchSize))
        {
            foreach (var orphan in await OrphansAsync(hashes, cancellationToken))
            {
                blobs.RemoveIfWrittenBefore(orphan, limit);
                removed++;
            }
        }

        return removed;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        try
        {
            if (await SweepAsync(stoppingToken) is > 0 and var removed)
            {
                logger.LogInformation("{Count} files without a picture were removed", removed);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            logger.LogDebug("The sweep was stopped; the next start goes on with it");
        }
        catch (Exception fault) when (StorageFaults.Describe(fault) is { } reason)
        {
            logger.LogWarning("Files without a picture could not be removed: {Reason}", reason);
        }
    }

    private async Task<IEnumerable<string>> OrphansAsync(string[] hashes, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var known = await database.Images.Where(image => hashes.Contains(image.ContentHash)).Select(image => image.ContentHash)
            .Union(database.Images.Where(image => hashes.Contains(image.ThumbnailHash)).Select(image => image.ThumbnailHash))
            .ToListAsync(cancellationToken);
        return hashes.Except(known);
    }
}
