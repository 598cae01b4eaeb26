using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Datasets;
using PromptCanvas.Generation.Storage;

namespace PromptCanvas.Generation.Datasets;

/// <summary>What a data set that ended early leaves behind: pictures and bases of draws that were never judged.</summary>
internal sealed class DatasetLeftovers(IDbContextFactory<AppDbContext> databases, TimeProvider clock)
{
    /// <summary>Moves them to their owner's trash, as refused draws are. They were paid for, so they can be restored there.</summary>
    public async Task DiscardAsync(Dataset dataset, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var (person, prefix) = (dataset.PersonId, dataset.KeyPrefix);
        var open = await (from job in database.Jobs
                          where job.PersonId == person && job.IdempotencyKey.StartsWith(prefix)
                          join picture in database.Pictures on job.Id equals picture.JobId
                          where picture.DeletedAt == null && !database.DatasetDraws.Any(draw => draw.ImageId == picture.Id)
                          select new { picture.Id, job.IdempotencyKey }).ToListAsync(cancellationToken);
        if (open.Count == 0)
        {
            return;
        }

        // What became of the others' bases was decided when they were judged.
        var draws = await database.DatasetDraws.Where(draw => draw.DatasetId == dataset.Id).Select(draw => new { draw.PictureIndex, draw.Attempt }).ToListAsync(cancellationToken);
        var judged = draws.Select(draw => DatasetPictures.BaseKeyOf(prefix, draw.PictureIndex, draw.Attempt)).ToHashSet(StringComparer.Ordinal);
        var left = open.Where(picture => !judged.Contains(picture.IdempotencyKey)).Select(picture => picture.Id).ToList();
        await Trash.MoveAsync(database.Pictures.Where(picture => left.Contains(picture.Id)), clock.GetUtcNow(), cancellationToken);
    }
}
