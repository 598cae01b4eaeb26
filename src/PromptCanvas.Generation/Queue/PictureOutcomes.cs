using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Boards;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Data.Pictures;

namespace PromptCanvas.Generation.Queue;

/// <summary>Writes how the pictures of a job end: delivered, or refunded. Always runs in the caller's transaction, which has locked the job's row.</summary>
internal sealed class PictureOutcomes(Ledger ledger, TimeProvider clock)
{
    private const string Delivered = "Delivered.";
    private const string DeliveredSmall = "Cancelled after its small picture was made; that picture was kept.";

    /// <summary>Records a picture as delivered.</summary>
    /// <param name="open">The picture's row, if it is still open.</param>
    /// <returns>False if the picture was over already; then nothing is written.</returns>
    public Task<bool> DeliverAsync(AppDbContext database, IQueryable<JobPicture> open, Picture picture, Guid? boardId, CancellationToken cancellationToken) =>
        DeliverAsync(database, open, picture, boardId, Delivered, cancellationToken);

    /// <summary>Delivers those of the given pictures whose decoder stage has finished: their small picture is kept, and their charge is final.</summary>
    /// <returns>The indices of these pictures.</returns>
    public async Task<List<int>> DeliverDecodedAsync(
        AppDbContext database, Guid jobId, IReadOnlyCollection<int> imageIndices, CancellationToken cancellationToken)
    {
        var delivered = new List<int>();
        var decoded = await database.DecodedPictures.AsNoTracking()
            .Where(row => row.JobId == jobId && imageIndices.Contains(row.ImageIndex)).ToListAsync(cancellationToken);
        if (decoded.Count == 0)
        {
            return delivered;
        }

        var job = await database.Jobs.AsNoTracking().SingleAsync(row => row.Id == jobId, cancellationToken);
        foreach (var small in decoded)
        {
            var open = Open(database, jobId).Where(row => row.ImageIndex == small.ImageIndex);
            if (await DeliverAsync(database, open, PictureRows.Of(job, small, clock.GetUtcNow()), job.BoardId, DeliveredSmall, cancellationToken))
            {
                delivered.Add(small.ImageIndex);
            }
        }

        await database.Jobs.Where(row => row.Id == jobId).ExecuteUpdateAsync(
            change => change.SetProperty(row => row.CompletedImages, row => row.CompletedImages + delivered.Count), cancellationToken);
        return delivered;
    }

    /// <summary>Refunds pictures that are over without a result.</summary>
    /// <param name="reason">Why they were not delivered; shown to the person.</param>
    public async Task RefundAsync(
        AppDbContext database, Guid jobId, IReadOnlyCollection<int> imageIndices, string reason, CancellationToken cancellationToken)
    {
        await database.DecodedPictures.Where(row => row.JobId == jobId && imageIndices.Contains(row.ImageIndex)).ExecuteDeleteAsync(cancellationToken);
        await ledger.RefundAsync(database, jobId, imageIndices, reason, cancellationToken);
    }

    /// <summary>The job's pictures that are neither finished nor given up.</summary>
    public static IQueryable<JobPicture> Open(AppDbContext database, Guid jobId) => database.JobPictures
        .Where(picture => picture.JobId == jobId && (picture.State == JobPictureState.Queued || picture.State == JobPictureState.Running));

    private async Task<bool> DeliverAsync(
        AppDbContext database, IQueryable<JobPicture> open, Picture picture, Guid? boardId, string reason, CancellationToken cancellationToken)
    {
        var done = await open.ExecuteUpdateAsync(
            change => change
                .SetProperty(row => row.State, JobPictureState.Done)

                // Differs from the planned seed if that one produced no picture.
                .SetProperty(row => row.Seed, picture.Seed)
                .SetProperty(row => row.ImageId, picture.Id),
            cancellationToken);
        if (done == 0)
        {
            return false;
        }

        database.Pictures.Add(picture);
        if (boardId is { } id && picture.Kind != JobKinds.Draft && await database.Boards.AnyAsync(board => board.Id == id, cancellationToken))
        {
            database.BoardPictures.Add(new BoardPicture { BoardId = id, ImageId = picture.Id, At = clock.GetUtcNow() });
        }

        await database.SaveChangesAsync(cancellationToken);
        await database.DecodedPictures.Where(row => row.JobId == picture.JobId && row.ImageIndex == picture.ImageIndex).ExecuteDeleteAsync(cancellationToken);
        await ledger.SettleAsync(database, picture.JobId, picture.ImageIndex, reason, cancellationToken);
        return true;
    }
}
