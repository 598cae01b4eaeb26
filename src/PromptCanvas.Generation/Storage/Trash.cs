using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;

namespace PromptCanvas.Generation.Storage;

/// <summary>Deleted pictures whose days are over. Their rows stay, emptied: the account of what was made and paid needs them.</summary>
internal sealed class Trash(IDbContextFactory<AppDbContext> databases, TimeProvider clock)
{
    /// <summary>How long a deleted picture can be brought back.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromDays(30);

    /// <summary>Empties the rows; the next sweep of the image store takes the files.</summary>
    /// <returns>How many.</returns>
    public async Task<int> EmptyAsync(CancellationToken cancellationToken)
    {
        var limit = clock.GetUtcNow() - Life;
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await database.Images.Where(image => image.DeletedAt < limit && image.ContentHash != "").ExecuteUpdateAsync(
            change => change.SetProperty(image => image.ContentHash, "").SetProperty(image => image.ThumbnailHash, "").SetProperty(image => image.Prompt, "")
                .SetProperty(image => image.ImageEmbedding, Array.Empty<byte>()).SetProperty(image => image.Bytes, 0),
            cancellationToken);
    }
}
