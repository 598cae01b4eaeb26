using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using PromptCanvas.Data;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Generation.Configuration;

namespace PromptCanvas.Generation.Library;

/// <summary>Removes uploads that jobs used, when no unfinished job and no existing picture (including the trash) depends on them. Uploads that no
/// job used expire after a day.</summary>
internal sealed class UsedUploads(IDbContextFactory<AppDbContext> databases, IOptionsMonitor<GenerationOptions> options, TimeProvider clock)
{
    /// <summary>Removes the rows; the next sweep of the image store removes the files.</summary>
    /// <returns>Number of uploads removed.</returns>
    public async Task<int> SweepAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var limit = now - options.CurrentValue.UploadAge;
        await using var database = await databases.CreateDbContextAsync(cancellationToken);

        // A job submitted concurrently still finds its file: its row names the hash, so the sweep keeps the file until the job is over.
        return await database.Uploads
            .Where(upload => upload.ExpiresAt < now || (upload.ExpiresAt == null && upload.CreatedAt < limit
                && !database.JobInputs.Any(input => input.UploadId == upload.Id
                    && (database.Jobs.Any(job => job.Id == input.JobId && (job.State == JobState.Queued || job.State == JobState.Running))
                        || database.Pictures.Any(picture => picture.JobId == input.JobId && picture.ContentHash != "")))))
            .ExecuteDeleteAsync(cancellationToken);
    }
}
