using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using PromptCanvas.Data;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Generation.Configuration;

namespace PromptCanvas.Generation.Storage;

/// <summary>Files that no row names: what a crash, or a worker that was fenced out, left between file and row.</summary>
internal sealed class Orphans(
    IDbContextFactory<AppDbContext> databases, IBlobStore blobs, IOptions<GenerationOptions> options, TimeProvider clock)
{
    private const int BatchSize = 200;

    /// <summary>Removes those that are old enough that nobody can be about to write their row.</summary>
    /// <returns>How many.</returns>
    public async Task<int> SweepAsync(CancellationToken cancellationToken)
    {
        var limit = clock.GetUtcNow() - options.Value.OrphanAge;
        var removed = 0;
        foreach (var hashes in blobs.WrittenBefore(limit).Chunk(BatchSize))
        {
            foreach (var orphan in await WithoutRowAsync(hashes, cancellationToken))
            {
                blobs.RemoveIfWrittenBefore(orphan, limit);
                removed++;
            }
        }

        return removed;
    }

    private async Task<IEnumerable<string>> WithoutRowAsync(string[] hashes, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var known = await database.Images.Where(image => hashes.Contains(image.ContentHash)).Select(image => image.ContentHash)
            .Union(database.Images.Where(image => hashes.Contains(image.ThumbnailHash)).Select(image => image.ThumbnailHash))
            .Union(database.Uploads.Where(upload => hashes.Contains(upload.ContentHash)).Select(upload => upload.ContentHash))
            .Union(database.JobInputs
                .Where(input => hashes.Contains(input.ContentHash)
                    && database.Jobs.Any(job => job.Id == input.JobId && (job.State == JobStates.Queued || job.State == JobStates.Running)))
                .Select(input => input.ContentHash))
            .ToListAsync(cancellationToken);
        return hashes.Except(known);
    }
}
