using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Access;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Generation.Library;
using PromptCanvas.Generation.Requests.Operations;
using PromptCanvas.Generation.Storage;

namespace PromptCanvas.Generation.Instant;

/// <summary>The stored data of a picture: its own row and its job's.</summary>
/// <param name="Hashes">Content hashes of the pictures it was made from, by slot.</param>
/// <param name="SourcesSeen">Whether the actor may see all of them.</param>
internal sealed record ProvenanceSource(
    PictureView Picture, float[] ImageEmbedding, string Recipe, string Timings, Job Job, JobOperation Operation, IReadOnlyList<string> Hashes, bool SourcesSeen)
{
    public RecipeOverrides Overrides => JsonSerializer.Deserialize<RecipeOverrides>(Job.Overrides, JobJson.Options) ?? RecipeOverrides.None;
}

/// <summary>Reads the stored data of pictures.</summary>
internal sealed class ProvenanceSources(IDbContextFactory<AppDbContext> databases, IPictureQueries pictures)
{
    /// <summary>Null if the picture does not exist or the actor may not see it.</summary>
    public async Task<ProvenanceSource?> FindAsync(Actor actor, Guid imageId, CancellationToken cancellationToken)
    {
        if (await pictures.FindPictureAsync(actor, imageId, cancellationToken) is not { } picture)
        {
            return null;
        }

        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var row = await database.Pictures.Where(stored => stored.Id == imageId)
            .Select(stored => new { stored.ImageEmbedding, stored.Recipe, stored.Timings }).SingleAsync(cancellationToken);
        var job = await database.Jobs.AsNoTracking().SingleAsync(job => job.Id == picture.JobId, cancellationToken);
        var inputs = await database.JobInputs.AsNoTracking().Where(input => input.JobId == job.Id).OrderBy(input => input.Slot).ToListAsync(cancellationToken);
        return new ProvenanceSource(
            picture,
            MemoryMarshal.Cast<byte, float>(row.ImageEmbedding).ToArray(),
            row.Recipe,
            row.Timings,
            job,
            JobOperation.FromJson(job.Material),
            [.. inputs.Select(input => input.ContentHash)],
            await MaySeeAsync(database, actor, inputs, cancellationToken));
    }

    // The first steps of a variation resemble its source, so the actor must be allowed to see the source.
    private static async Task<bool> MaySeeAsync(AppDbContext database, Actor actor, List<JobInput> inputs, CancellationToken cancellationToken)
    {
        // A draft is the picture itself, before it was finished.
        foreach (var input in inputs.Where(input => input.Role != JobInputRoles.Draft))
        {
            var seen = input.ImageId is { } pictureId ? await database.Pictures.VisibleTo(actor).AnyAsync(row => row.Id == pictureId, cancellationToken)
                : input.UploadId is { } upload && await database.Uploads.VisibleTo(actor).AnyAsync(row => row.Id == upload, cancellationToken);
            if (!seen)
            {
                return false;
            }
        }

        return true;
    }
}
