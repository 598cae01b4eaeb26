using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using PromptCanvas.Data;
using PromptCanvas.Generation.Configuration;

namespace PromptCanvas.Generation.Storage;

/// <summary>Disk space that a person's pictures and uploads use, in bytes.</summary>
/// <param name="Used">0 without a limit, because nothing is measured then.</param>
/// <param name="Limit">Null = no limit.</param>
public sealed record DiskUse(long Used, long? Limit);

/// <summary>Limits the disk space of each person.</summary>
public interface IDiskQuota
{
    Task<DiskUse> OfAsync(Guid personId, CancellationToken cancellationToken);
}

/// <summary>Measures files on demand and stores each size in the file's row. Measures nothing if there is no limit.</summary>
/// <remarks>A file shared by two rows counts twice.</remarks>
internal sealed class DiskQuota(IDbContextFactory<AppDbContext> databases, IBlobStore blobs, IOptionsMonitor<QuotaOptions> options) : IDiskQuota
{
    private const long Megabyte = 1024 * 1024;
    private const int MeasuredAtOnce = 500;

    public async Task<DiskUse> OfAsync(Guid personId, CancellationToken cancellationToken)
    {
        var megabytes = options.CurrentValue.DiskMegabytes;
        if (megabytes == 0)
        {
            return new DiskUse(0, null);
        }

        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        await MeasureAsync(database, personId, cancellationToken);
        return await SumAsync(database, personId, megabytes, cancellationToken);
    }

    /// <summary>Measures files written since the last call. Call it before the transaction that reads the sum.</summary>
    public async Task MeasureAsync(Guid personId, CancellationToken cancellationToken)
    {
        if (options.CurrentValue.DiskMegabytes > 0)
        {
            await using var database = await databases.CreateDbContextAsync(cancellationToken);
            await MeasureAsync(database, personId, cancellationToken);
        }
    }

    /// <summary>Refuses a write that would exceed the person's quota.</summary>
    /// <param name="bytes">Size of the write, as far as known.</param>
    public async Task<Result> RefuseAsync(AppDbContext database, Guid personId, long bytes, CancellationToken cancellationToken)
    {
        // Once: the setting may change in between.
        var megabytes = options.CurrentValue.DiskMegabytes;
        if (megabytes == 0)
        {
            return Result.Done;
        }

        var use = await SumAsync(database, personId, megabytes, cancellationToken);
        return use.Used + bytes < use.Limit
            ? Result.Done
            : new StorageFull(
                $"Your pictures use {use.Used / Megabyte} MB of the {megabytes} MB that each person may use; ask an administrator for more space. Nothing was charged.");
    }

    private static async Task<DiskUse> SumAsync(AppDbContext database, Guid personId, long megabytes, CancellationToken cancellationToken)
    {
        var pictures = await database.Pictures.Where(picture => picture.PersonId == personId).SumAsync(picture => picture.Bytes ?? 0, cancellationToken);
        var uploads = await database.Uploads.Where(upload => upload.PersonId == personId).SumAsync(upload => upload.Bytes ?? 0, cancellationToken);
        return new DiskUse(pictures + uploads, megabytes * Megabyte);
    }

    private async Task MeasureAsync(AppDbContext database, Guid personId, CancellationToken cancellationToken)
    {
        while (await database.Pictures.Where(picture => picture.PersonId == personId && picture.Bytes == null)
            .Take(MeasuredAtOnce).ToListAsync(cancellationToken) is { Count: > 0 } pictures)
        {
            foreach (var picture in pictures)
            {
                picture.Bytes = await blobs.LengthAsync(BlobKind.Picture, picture.ContentHash, cancellationToken)
                    + await blobs.LengthAsync(BlobKind.Thumbnail, picture.ThumbnailHash, cancellationToken);
            }

            await database.SaveChangesAsync(cancellationToken);
            database.ChangeTracker.Clear();
        }

        foreach (var upload in await database.Uploads.Where(upload => upload.PersonId == personId && upload.Bytes == null).ToListAsync(cancellationToken))
        {
            upload.Bytes = await blobs.LengthAsync(BlobKind.Picture, upload.ContentHash, cancellationToken);
        }

        await database.SaveChangesAsync(cancellationToken);
    }
}
