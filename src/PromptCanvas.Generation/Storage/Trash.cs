using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using PromptCanvas.Data;
using PromptCanvas.Data.Access;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Data.Pictures;
using PromptCanvas.Generation.Configuration;

namespace PromptCanvas.Generation.Storage;

/// <summary>Purges deleted pictures after their retention period. Their rows stay, cleared, because the ledger refers to them.</summary>
internal sealed class Trash(IDbContextFactory<AppDbContext> databases, IOptionsMonitor<GenerationOptions> options, TimeProvider clock) : ITrash
{
    public int Days => options.CurrentValue.TrashDays;

    /// <summary>Clears the rows; the next sweep of the image store removes the files.</summary>
    /// <returns>Number of pictures purged.</returns>
    public async Task<int> EmptyAsync(CancellationToken cancellationToken)
    {
        var limit = clock.GetUtcNow() - TimeSpan.FromDays(Days);
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var paintedInto =
            from input in database.JobInputs
            where input.Role == JobInputRoles.Source
            join picture in database.Pictures on input.JobId equals picture.JobId
            join draw in database.DatasetDraws on (Guid?)picture.Id equals draw.ImageId
            where draw.Refusal == null && picture.DeletedAt == null
            select input.ImageId;

        // The bases of a data set are part of its download for as long as it exists.
        return await ClearAsync(
            database.Pictures.Where(image => image.DeletedAt < limit && image.ContentHash != "" && !paintedInto.Any(source => source == image.Id)), cancellationToken);
    }

    public async Task<int> PurgeAsync(Actor actor, IReadOnlyCollection<Guid>? imageIds, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(actor);
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var images = database.Pictures.InTrashOf(actor);
        var ids = imageIds?.ToList();
        return await ClearAsync(ids is null ? images : images.Where(image => EF.Parameter(ids).Contains(image.Id)), cancellationToken);
    }

    /// <summary>Moves those that are not there yet into their owners' trash.</summary>
    internal static Task<int> MoveAsync(IQueryable<Picture> images, DateTimeOffset now, CancellationToken cancellationToken) => images.Where(image => image.DeletedAt == null)
        .ExecuteUpdateAsync(change => change.SetProperty(image => image.DeletedAt, now), cancellationToken);

    /// <summary>Clears the content of a picture's row.</summary>
    internal static Task<int> ClearAsync(IQueryable<Picture> images, CancellationToken cancellationToken) => images.ExecuteUpdateAsync(
            change => change.SetProperty(image => image.ContentHash, "").SetProperty(image => image.ThumbnailHash, "").SetProperty(image => image.Prompt, "")
                .SetProperty(image => image.ImageEmbedding, Array.Empty<byte>()).SetProperty(image => image.Bytes, 0),
            cancellationToken);
}
