using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using PromptCanvas.Data;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Generation.Configuration;

namespace PromptCanvas.Generation.Library;

/// <summary>Uploads that jobs used. They stay while a job is to be made from them, and as long as a picture that was made from them is there, in the
/// trash too; then they go. What no job ever used goes after a day by itself.</summary>
internal sealed class UsedUploads(IDbContextFactory<AppDbContext> databases, IOptions<GenerationOptions> options, TimeProvider clock)
{
    /// <summary>Removes the rows; the next sweep of the image store takes the files.</summary>
    /// <returns>How many.</returns>
    public async Task<int> SweepAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var limit = now - options.Value.UploadAge;
        await using var database = await databases.CreateDbContextAsync(cancellationToken);

        // A job that comes in between finds its file all the same: its own row names the hash, which the sweep of the store leaves alone until it is over.
        return await database.Uploads
            .Where(upload => upload.ExpiresAt < now || (upload.ExpiresAt == null && upload.CreatedAt < limit
                && !database.JobInputs.Any(input => input.UploadId == upload.Id
                    && (database.Jobs.Any(job => job.Id == input.JobId && (job.State == JobStates.Queued || job.State == JobStates.Running))
                        || database.Images.Any(image => image.JobId == input.JobId && image.ContentHash != "")))))
            .ExecuteDeleteAsync(cancellationToken);
    }
}
