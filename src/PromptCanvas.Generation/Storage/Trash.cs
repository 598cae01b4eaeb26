using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using PromptCanvas.Data;
using PromptCanvas.Data.Access;
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
        return await ClearAsync(database.Pictures.Where(image => image.DeletedAt < limit && image.ContentHash != ""), cancellationToken);
    }

    public async Task<int> PurgeAsync(Actor actor, IReadOnlyCollection<Guid>? imageIds, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(actor);
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var images = database.Pictures.InTrashOf(actor);
        var ids = imageIds?.ToList();
        return await ClearAsync(ids is null ? images : images.Where(image => EF.Parameter(ids).Contains(image.Id)), cancellationToken);
    }

    /// <summary>Clears the content of a picture's row.</summary>
    internal static Task<int> ClearAsync(IQueryable<Picture> images, CancellationToken cancellationToken) => images.ExecuteUpdateAsync(
            change => change.SetProperty(image => image.ContentHash, "").SetProperty(image => image.ThumbnailHash, "").SetProperty(image => image.Prompt, "")
                .SetProperty(image => image.ImageEmbedding, Array.Empty<byte>()).SetProperty(image => image.Bytes, 0),
            cancellationToken);
}
