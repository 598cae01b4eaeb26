using System.Security.Cryptography;

namespace PromptCanvas.Generation.Storage;

internal enum BlobKind
{
    Picture,
    Thumbnail,
}

/// <summary>Content-addressed files, named by the SHA-256 of their bytes. Writes are atomic.</summary>
internal interface IBlobStore
{
    /// <summary>Writes the bytes and flushes them to disk. Writing existing content refreshes the file's age.</summary>
    /// <returns>The hash, 64 lower-case hex digits.</returns>
    /// <exception cref="IOException">The disk is full or failing; no partial file remains.</exception>
    Task<string> WriteAsync(BlobKind kind, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken);

    /// <summary>Null if the file does not exist.</summary>
    FileStream? Open(BlobKind kind, string hash);

    /// <summary>Removes the temporary files that an earlier process left: interrupted writes, uploads and zip files.</summary>
    void RemoveTemporaryFiles();

    /// <summary>Hashes of the files last written before <paramref name="limit"/>.</summary>
    IEnumerable<string> WrittenBefore(DateTimeOffset limit);

    /// <summary>Removes the picture and thumbnail with this hash, unless rewritten since <paramref name="limit"/>.</summary>
    void RemoveIfWrittenBefore(string hash, DateTimeOffset limit);
}

/// <inheritdoc/>
internal sealed class BlobStore(DataFolder folder, TimeProvider clock) : IBlobStore
{
    private const int HashLength = 64;

    // Makes the sweep's age check and removal atomic with respect to writes.
    private readonly Lock placing = new();

    /// <summary>The name under which content is stored.</summary>
    public static string HashOf(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    public async Task<string> WriteAsync(BlobKind kind, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        var hash = HashOf(bytes.Span);
        var target = PathOf(kind, hash);
        var temporary = Path.Combine(folder.Temporary, $"{Guid.NewGuid():N}.tmp");
        try
        {
            await using (var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0))
            {
                await file.WriteAsync(bytes, cancellationToken);
                file.Flush(flushToDisk: true);
            }

            File.SetLastWriteTimeUtc(temporary, clock.GetUtcNow().UtcDateTime);
            lock (placing)
            {
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                File.Move(temporary, target, overwrite: true);
            }

            return hash;
        }
        finally
        {
            // No effect after the rename; removes the temporary file on every other path.
            File.Delete(temporary);
        }
    }

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

    public IEnumerable<string> WrittenBefore(DateTimeOffset limit)
    {
        foreach (var file in Directory.EnumerateFiles(folder.Images, "*", SearchOption.AllDirectories))
        {
            var name = Path.GetFileNameWithoutExtension(file);
            if (name.Length == HashLength && File.GetLastWriteTimeUtc(file) < limit.UtcDateTime)
            {
                yield return name;
            }
        }
    }

    public void RemoveIfWrittenBefore(string hash, DateTimeOffset limit)
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
    }

    private string PathOf(BlobKind kind, string hash) =>
        kind == BlobKind.Picture ? folder.PictureFile(hash) : folder.ThumbnailFile(hash);
}
