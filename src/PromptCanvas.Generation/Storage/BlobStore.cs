using System.Security.Cryptography;

namespace PromptCanvas.Generation.Storage;

/// <summary>The files of the data folder.</summary>
internal sealed class BlobStore(DataFolder folder, TimeProvider clock) : IBlobStore
{
    // Makes the sweep's age check and removal atomic with respect to writes.
    private readonly Lock placing = new();

    /// <summary>The name under which content is stored.</summary>
    public static string HashOf(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    public async Task<string> WriteAsync(BlobKind kind, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        var hash = HashOf(bytes.Span);
        await PlaceAsync(
            kind,
            hash,
            async file =>
            {
                await file.WriteAsync(bytes, cancellationToken);
                return true;
            });
        return hash;
    }

    /// <summary>Fills a temporary file and gives it its name.</summary>
    /// <param name="fill">Returns false if there is nothing to keep.</param>
    /// <returns>What <paramref name="fill"/> returned; no file remains if it returned false or failed.</returns>
    public async Task<bool> PlaceAsync(BlobKind kind, string hash, Func<FileStream, Task<bool>> fill)
    {
        var target = PathOf(kind, hash);
        var temporary = Path.Combine(folder.Temporary, $"{Guid.NewGuid():N}.tmp");
        try
        {
            await using (var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, bufferSize: 0))
            {
                if (!await fill(file))
                {
                    return false;
                }

                file.Flush(flushToDisk: true);
            }

            File.SetLastWriteTimeUtc(temporary, clock.GetUtcNow().UtcDateTime);
            lock (placing)
            {
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                File.Move(temporary, target, overwrite: true);
            }

            return true;
        }
        finally
        {
            // No effect after the rename; removes the temporary file on every other path.
            File.Delete(temporary);
        }
    }

    public Task<FileStream?> OpenAsync(BlobKind kind, string hash, CancellationToken cancellationToken) => Task.FromResult(Open(kind, hash));

    public Task<long> LengthAsync(BlobKind kind, string hash, CancellationToken cancellationToken) =>
        Task.FromResult(new FileInfo(PathOf(kind, hash)) is { Exists: true } file ? file.Length : 0);

    /// <summary>Null if the file does not exist.</summary>
    public FileStream? Open(BlobKind kind, string hash)
    {
        try
        {
            return new FileStream(PathOf(kind, hash), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0, useAsync: true);
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    public void RemoveTemporaryFiles()
    {
        foreach (var file in Directory.EnumerateFiles(folder.Temporary))
        {
            File.Delete(file);
        }
    }

    public IAsyncEnumerable<string> WrittenBeforeAsync(DateTimeOffset limit, CancellationToken cancellationToken) =>
        Directory.EnumerateFiles(folder.Images, "*", SearchOption.AllDirectories)
            .Where(file => File.GetLastWriteTimeUtc(file) < limit.UtcDateTime)
            .Select(ObjectNames.HashIn).OfType<string>()
            .ToAsyncEnumerable();

    public Task RemoveIfWrittenBeforeAsync(string hash, DateTimeOffset limit, CancellationToken cancellationToken)
    {
        lock (placing)
        {
            foreach (var file in new[] { PathOf(BlobKind.Picture, hash), PathOf(BlobKind.Thumbnail, hash) })
            {
                if (File.Exists(file) && File.GetLastWriteTimeUtc(file) < limit.UtcDateTime)
                {
                    File.Delete(file);
                }
            }
        }

        return Task.CompletedTask;
    }

    private string PathOf(BlobKind kind, string hash) =>
        kind == BlobKind.Picture ? folder.PictureFile(hash) : folder.ThumbnailFile(hash);
}
