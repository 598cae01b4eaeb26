using System.Security.Cryptography;
using Microsoft.Extensions.Logging;

namespace PromptCanvas.Generation.Storage;

/// <summary>Files in a store that several machines share, with local copies: content never changes, so a copy is never stale.</summary>
/// <param name="local">The copies.</param>
internal sealed class SharedBlobStore(BlobStore local, IObjectStore objects, LocalCopies copies, ILogger<SharedBlobStore> logger) : IBlobStore
{
    private static readonly BlobKind[] Kinds = [BlobKind.Picture, BlobKind.Thumbnail];

    public async Task<string> WriteAsync(BlobKind kind, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        var hash = await local.WriteAsync(kind, bytes, cancellationToken);
        copies.Add(bytes.Length);

        // Always: it refreshes the object's age, which protects it from the sweep until its row is written.
        await objects.WriteAsync(ObjectNames.Of(kind, hash), bytes, cancellationToken);
        return hash;
    }

    public async Task<FileStream?> OpenAsync(BlobKind kind, string hash, CancellationToken cancellationToken)
    {
        var copy = local.Open(kind, hash);
        if (copy is null && await local.PlaceAsync(kind, hash, file => FetchAsync(ObjectNames.Of(kind, hash), hash, file, cancellationToken)))
        {
            copy = local.Open(kind, hash);
            copies.Add(copy?.Length ?? 0);
        }

        if (copy is not null)
        {
            copies.Touch(copy);
        }

        return copy;
    }

    public async Task<long> LengthAsync(BlobKind kind, string hash, CancellationToken cancellationToken) =>
        await local.LengthAsync(kind, hash, cancellationToken) is > 0 and var length
            ? length
            : (await objects.FindAsync(ObjectNames.Of(kind, hash), cancellationToken))?.Length ?? 0;

    public void RemoveTemporaryFiles() => local.RemoveTemporaryFiles();

    // The copies, too: what is removed for ever must not stay on any machine. Each machine sweeps its own.
    public IAsyncEnumerable<string> WrittenBeforeAsync(DateTimeOffset limit, CancellationToken cancellationToken) =>
        objects.ListAsync(ObjectNames.Pictures, cancellationToken)
            .Where(stored => stored.WrittenAt < limit).Select(stored => ObjectNames.HashIn(stored.Name)).OfType<string>()
            .Concat(local.WrittenBeforeAsync(limit, cancellationToken));

    public async Task RemoveIfWrittenBeforeAsync(string hash, DateTimeOffset limit, CancellationToken cancellationToken)
    {
        foreach (var name in Kinds.Select(kind => ObjectNames.Of(kind, hash)))
        {
            if (await objects.FindAsync(name, cancellationToken) is { } stored && stored.WrittenAt < limit)
            {
                await objects.DeleteAsync(name, cancellationToken);
            }
        }

        await local.RemoveIfWrittenBeforeAsync(hash, limit, cancellationToken);
    }

    private async Task<bool> FetchAsync(string name, string hash, FileStream file, CancellationToken cancellationToken)
    {
        if (!await objects.ReadAsync(name, file, cancellationToken))
        {
            return false;
        }

        file.Position = 0;
        if (Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellationToken)) == hash)
        {
            return true;
        }

        logger.LogError("The object {Name} of the shared store has other content than its name says; restore it from a backup", name);
        return false;
    }
}
