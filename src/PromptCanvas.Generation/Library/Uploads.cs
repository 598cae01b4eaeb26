using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Access;
using PromptCanvas.Data.Pictures;
using PromptCanvas.Generation.Results;
using PromptCanvas.Generation.Storage;
using PromptCanvas.Imaging.Pixels;

namespace PromptCanvas.Generation.Library;

/// <inheritdoc/>
internal sealed class Uploads(
    IDbContextFactory<AppDbContext> databases, IBlobStore blobs, StoredPictures pictures, DiskQuota disk, StorageFaults faults, TimeProvider clock) : IUploads
{
    private const int LargestFile = 20 * 1024 * 1024;
    private const int MostUploads = 200;
    private static readonly TimeSpan Life = TimeSpan.FromHours(24);

    public async Task<Result<UploadView>> AddAsync(Actor actor, Stream content, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(actor);
        ArgumentNullException.ThrowIfNull(content);
        if (await CountAsync(actor, cancellationToken) >= MostUploads)
        {
            return new InvalidInput("file", $"You have uploaded {MostUploads} pictures within a day; use some of them first.");
        }

        if (await ReadAsync(content, cancellationToken) is not { } encoded)
        {
            return new TooLarge($"The file is larger than {LargestFile / 1024 / 1024} MB.");
        }

        return await AddAsync(actor, () => PictureImport.ToPng(encoded), cancellationToken);
    }

    /// <summary>Decodes the file within the concurrency limit and stores the result.</summary>
    public async Task<Result<UploadView>> AddAsync(Actor actor, Func<ImportedPicture> decode, CancellationToken cancellationToken)
    {
        try
        {
            return await KeepAsync(actor, await pictures.DecodeAsync(decode, cancellationToken), cancellationToken);
        }
        catch (PictureFormatException fault)
        {
            return new InvalidInput("file", fault.Message);
        }
        catch (Exception fault) when (faults.Describe(fault) is { } reason)
        {
            return faults.IsFull(fault) ? new StorageFull(reason) : new Unavailable(reason);
        }
    }

    public async Task<UploadView?> FindAsync(Actor actor, Guid uploadId, CancellationToken cancellationToken) =>
        await RowAsync(actor, uploadId, cancellationToken) is { } row ? new UploadView(row.Id, row.Width, row.Height) : null;

    public async Task<StoredContent?> OpenAsync(Actor actor, Guid uploadId, CancellationToken cancellationToken) =>
        await RowAsync(actor, uploadId, cancellationToken) is { } row && blobs.Open(BlobKind.Picture, row.ContentHash) is { } stream
            ? new StoredContent(stream, "image/png", stream.Length, $"\"{row.ContentHash}\"")
            : null;

    /// <summary>Removes those of the actor's uploads that no job uses; the next sweep of the image store removes the files. Uploads that cannot be
    /// removed now expire after a day.</summary>
    public async Task DropUnusedAsync(Actor actor, IReadOnlyCollection<Guid> uploadIds, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(actor);
        try
        {
            await using var database = await databases.CreateDbContextAsync(cancellationToken);
            await database.Uploads.VisibleTo(actor).Where(upload => uploadIds.Contains(upload.Id) && upload.ExpiresAt != null).ExecuteDeleteAsync(cancellationToken);
        }
        catch (Exception fault) when (faults.Describe(fault) is not null)
        {
            // Keep the original refusal if the cleanup fails.
        }
    }

    private static async Task<byte[]?> ReadAsync(Stream content, CancellationToken cancellationToken)
    {
        using var encoded = new MemoryStream();
        var buffer = new byte[64 * 1024];
        for (int read; (read = await content.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            if (encoded.Length + read > LargestFile)
            {
                return null;
            }

            encoded.Write(buffer, 0, read);
        }

        return encoded.ToArray();
    }

    private async Task<int> CountAsync(Actor actor, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await database.Uploads.VisibleTo(actor).CountAsync(upload => upload.ExpiresAt > now, cancellationToken);
    }

    private async Task<Upload?> RowAsync(Actor actor, Guid uploadId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(actor);
        var now = clock.GetUtcNow();
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await database.Uploads.AsNoTracking().VisibleTo(actor)
            .SingleOrDefaultAsync(upload => upload.Id == uploadId && (upload.ExpiresAt == null || upload.ExpiresAt > now), cancellationToken);
    }

    private async Task<Result<UploadView>> KeepAsync(Actor actor, ImportedPicture picture, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        await disk.MeasureAsync(actor.PersonId, cancellationToken);
        if (await disk.RefuseAsync(database, actor.PersonId, picture.Png.Length, cancellationToken) is { } noRoom)
        {
            return noRoom;
        }

        var now = clock.GetUtcNow();
        var row = new Upload
        {
            Id = Guid.NewGuid(),
            PersonId = actor.PersonId,
            ContentHash = await blobs.WriteAsync(BlobKind.Picture, picture.Png, cancellationToken),
            Width = picture.Width,
            Height = picture.Height,
            Bytes = picture.Png.Length,
            CreatedAt = now,
            ExpiresAt = now + Life,
        };
        database.Uploads.Add(row);
        await database.Uploads.Where(upload => upload.ExpiresAt < now).ExecuteDeleteAsync(cancellationToken);
        await database.SaveChangesAsync(cancellationToken);
        return new UploadView(row.Id, row.Width, row.Height);
    }
}
