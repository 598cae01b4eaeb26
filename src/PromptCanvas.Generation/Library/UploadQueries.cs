using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Access;
using PromptCanvas.Data.Pictures;
using PromptCanvas.Generation.Storage;

namespace PromptCanvas.Generation.Library;

/// <inheritdoc/>
internal sealed class UploadQueries(IDbContextFactory<AppDbContext> databases, IBlobStore blobs, TimeProvider clock) : IUploadQueries
{
    public async Task<UploadView?> FindAsync(Actor actor, Guid uploadId, CancellationToken cancellationToken) =>
        await RowAsync(actor, uploadId, cancellationToken) is { } row ? new UploadView(row.Id, row.Width, row.Height) : null;

    public async Task<StoredContent?> OpenAsync(Actor actor, Guid uploadId, CancellationToken cancellationToken) =>
        await RowAsync(actor, uploadId, cancellationToken) is { } row && await blobs.OpenAsync(BlobKind.Picture, row.ContentHash, cancellationToken) is { } stream
            ? new StoredContent(stream, "image/png", stream.Length, $"\"{row.ContentHash}\"")
            : null;

    private async Task<Upload?> RowAsync(Actor actor, Guid uploadId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(actor);
        var now = clock.GetUtcNow();
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await database.Uploads.AsNoTracking().VisibleTo(actor)
            .SingleOrDefaultAsync(upload => upload.Id == uploadId && (upload.ExpiresAt == null || upload.ExpiresAt > now), cancellationToken);
    }
}
