using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using PromptCanvas.Data;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Generation.Configuration;

namespace PromptCanvas.Generation.Storage;

/// <summary>Removes files without a row. A crash or a fenced-out worker can leave them, because files are written before rows.</summary>
internal sealed class Orphans(
    IDbContextFactory<AppDbContext> databases, IBlobStore blobs, PictureForms forms, IOptions<GenerationOptions> options, TimeProvider clock)
{
    private const int BatchSize = 200;

    /// <summary>Removes orphaned files older than the age limit, so that files whose rows are still being written are safe.</summary>
    /// <returns>Number of files removed.</returns>
    public async Task<int> SweepAsync(CancellationToken cancellationToken)
    {
        var limit = clock.GetUtcNow() - options.Value.OrphanAge;
        var removed = 0;
        await foreach (var hashes in blobs.WrittenBeforeAsync(limit, cancellationToken).Chunk(BatchSize).WithCancellation(cancellationToken))
        {
            foreach (var orphan in await WithoutRowAsync(hashes, cancellationToken))
            {
                await blobs.RemoveIfWrittenBeforeAsync(orphan, limit, cancellationToken);
                removed++;
            }
        }

        await forms.SweepAsync(BatchSize, hashes => WithoutRowAsync(hashes, cancellationToken));
        return removed;
    }

    private async Task<IEnumerable<string>> WithoutRowAsync(string[] hashes, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var known = await database.Pictures.Where(picture => hashes.Contains(picture.ContentHash)).Select(picture => picture.ContentHash)
            .Union(database.Pictures.Where(picture => hashes.Contains(picture.ThumbnailHash)).Select(picture => picture.ThumbnailHash))
            .Union(database.DecodedPictures.Where(decoded => hashes.Contains(decoded.ContentHash)).Select(decoded => decoded.ContentHash))
            .Union(database.DecodedPictures.Where(decoded => hashes.Contains(decoded.ThumbnailHash)).Select(decoded => decoded.ThumbnailHash))
            .Union(database.Uploads.Where(upload => hashes.Contains(upload.ContentHash)).Select(upload => upload.ContentHash))
            .Union(database.JobInputs
                .Where(input => hashes.Contains(input.ContentHash)
                    && database.Jobs.Any(job => job.Id == input.JobId && (job.State == JobState.Queued || job.State == JobState.Running)))
                .Select(input => input.ContentHash))
            .ToListAsync(cancellationToken);
        return hashes.Except(known);
    }
}
