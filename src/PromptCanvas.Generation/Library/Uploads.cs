using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Access;
using PromptCanvas.Generation.Storage;
using PromptCanvas.Imaging.Pixels;

namespace PromptCanvas.Generation.Library;

/// <inheritdoc/>
internal sealed class Uploads(IDbContextFactory<AppDbContext> databases, UploadReader reader, UploadStorage storage, StorageFaults faults) : IUploads
{
    public Task<Result<UploadView>> AddAsync(Actor actor, Stream content, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(actor);
        ArgumentNullException.ThrowIfNull(content);
        return AddAsync(actor, () => reader.ReadAsync(actor, content, cancellationToken), cancellationToken);
    }

    /// <summary>Decodes the file when it is this person's turn and stores the result.</summary>
    public Task<Result<UploadView>> AddAsync(Actor actor, Func<ImportedPicture> decode, CancellationToken cancellationToken) =>
        AddAsync(actor, () => reader.ReadAsync(actor, decode, cancellationToken), cancellationToken);

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

    private async Task<Result<UploadView>> AddAsync(Actor actor, Func<Task<Result<ImportedPicture>>> read, CancellationToken cancellationToken)
    {
        try
        {
            return (await read()).TryGet(out var picture, out var refusal) ? await storage.StoreAsync(actor, picture, cancellationToken) : refusal;
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
}
