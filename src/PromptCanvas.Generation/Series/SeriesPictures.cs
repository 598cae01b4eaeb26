using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Diffusion.Images;
using PromptCanvas.Generation.Storage;
using PromptCanvas.Imaging.Pixels;

namespace PromptCanvas.Generation.Series;

/// <summary>Reads the finished pictures of a series.</summary>
internal sealed class SeriesPictures(IDbContextFactory<AppDbContext> databases, StoredPictures store)
{
    /// <summary>Those of the pictures that are there: not deleted, taken down or damaged.</summary>
    public async Task<Dictionary<Guid, SourcePicture>> ReadAsync(IReadOnlyCollection<Guid> pictureIds, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var hashes = await database.Pictures
            .Where(picture => pictureIds.Contains(picture.Id) && picture.ContentHash != "" && picture.TakenDownAt == null && picture.DeletedAt == null)
            .ToDictionaryAsync(picture => picture.Id, picture => picture.ContentHash, cancellationToken);
        var pictures = new Dictionary<Guid, SourcePicture>();
        foreach (var (id, hash) in hashes)
        {
            try
            {
                var picture = await store.ReadAsync(hash, cancellationToken);
                pictures[id] = new SourcePicture(picture.Width, picture.Height, picture.Bytes);
            }
            catch (PictureFormatException)
            {
                // Its file is gone or damaged: it counts as not made.
            }
        }

        return pictures;
    }
}
