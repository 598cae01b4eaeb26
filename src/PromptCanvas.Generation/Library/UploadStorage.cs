using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Access;
using PromptCanvas.Data.Pictures;
using PromptCanvas.Generation.Storage;
using PromptCanvas.Imaging.Pixels;

namespace PromptCanvas.Generation.Library;

/// <summary>Stores decoded uploads within the person's limits: the row reserves the space before the file is written.</summary>
internal sealed class UploadStorage(Transactions transactions, IBlobStore blobs, DiskQuota disk, TimeProvider clock)
{
    private const int MostUploads = 200;
    private static readonly TimeSpan Life = TimeSpan.FromHours(24);

    public async Task<Result<UploadView>> StoreAsync(Actor actor, ImportedPicture picture, CancellationToken cancellationToken)
    {
        await disk.MeasureAsync(actor.PersonId, cancellationToken);
        var now = clock.GetUtcNow();
        var row = new Upload
        {
            Id = Guid.NewGuid(),
            PersonId = actor.PersonId,
            ContentHash = BlobStore.HashOf(picture.Png),
            Width = picture.Width,
            Height = picture.Height,
            Bytes = picture.Png.Length,
            CreatedAt = now,
            ExpiresAt = now + Life,
        };
        var reserved = await transactions.RunAsync(
            async database =>
            {
                var reserving = await ReserveAsync(database, row, cancellationToken);
                return (reserving, reserving.Refusal is null);
            },
            cancellationToken);
        if (reserved.Refusal is { } refusal)
        {
            return refusal;
        }

        var isWritten = false;
        try
        {
            await blobs.WriteAsync(BlobKind.Picture, picture.Png, cancellationToken);
            isWritten = true;
            return new UploadView(row.Id, row.Width, row.Height) { Note = picture.IsFirstFrame ? UploadView.OfAnimation : null };
        }
        finally
        {
            if (!isWritten)
            {
                // If this fails too, the row expires like any unused upload.
                await transactions.RunAsync(
                    async database => (await database.Uploads.Where(upload => upload.Id == row.Id).ExecuteDeleteAsync(CancellationToken.None), true), CancellationToken.None);
            }
        }
    }

    /// <summary>Adds the upload's row if it fits.</summary>
    private async Task<Result> ReserveAsync(AppDbContext database, Upload row, CancellationToken cancellationToken)
    {
        // Locks the person's row on PostgreSQL, so that the sums below are exact. SQLite has one writer at a time.
        await database.People.Where(person => person.Id == row.PersonId)
            .ExecuteUpdateAsync(change => change.SetProperty(person => person.SuspendedAt, person => person.SuspendedAt), cancellationToken);
        await database.Uploads.Where(upload => upload.ExpiresAt < row.CreatedAt).ExecuteDeleteAsync(cancellationToken);
        if (await database.Uploads.CountAsync(upload => upload.PersonId == row.PersonId && upload.ExpiresAt > row.CreatedAt, cancellationToken) >= MostUploads)
        {
            return new InvalidInput("file", $"You have uploaded {MostUploads} pictures within a day; use some of them first.");
        }

        if ((await disk.RefuseAsync(database, row.PersonId, row.Bytes ?? 0, cancellationToken)).Refusal is { } full)
        {
            return full;
        }

        database.Uploads.Add(row);
        await database.SaveChangesAsync(cancellationToken);
        return Result.Done;
    }
}
