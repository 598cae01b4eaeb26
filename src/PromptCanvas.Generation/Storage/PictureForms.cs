using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PromptCanvas.Generation.Configuration;

namespace PromptCanvas.Generation.Storage;

/// <summary>Stored pictures in other forms. Each form is made once, kept in a cache of limited size and streamed from disk.</summary>
internal sealed class PictureForms(DataFolder folder, IOptions<DataOptions> options, TimeProvider clock, ILogger<PictureForms> logger) : IDisposable
{
    private const long Megabyte = 1024 * 1024;
    private const int HashLength = 64;

    // Making a form holds the whole picture in memory.
    private const int MadeAtOnce = 2;

    // Requests for the same form wait for each other; different forms rarely share a lock.
    private const int Locks = 16;

    private readonly SemaphoreSlim making = new(MadeAtOnce, MadeAtOnce);
    private readonly SemaphoreSlim[] locks = [.. Enumerable.Range(0, Locks).Select(_ => new SemaphoreSlim(1, 1))];
    private readonly Lock evicting = new();

    /// <summary>Opens a form of a picture; makes it if it is not in the cache.</summary>
    /// <param name="hash">Content hash of the stored picture.</param>
    /// <param name="form">A file name's ending, for example <c>plain.png</c>.</param>
    public async Task<Stream> OpenAsync(string hash, string form, Func<CancellationToken, Task<byte[]>> make, CancellationToken cancellationToken)
    {
        var path = Path.Combine(folder.Forms, $"{hash}-{form}");
        if (Open(path) is { } known)
        {
            return known;
        }

        var turn = locks[(uint)StringComparer.Ordinal.GetHashCode(path) % Locks];
        await turn.WaitAsync(cancellationToken);
        try
        {
            return Open(path) ?? await MakeAsync(path, make, cancellationToken);
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>Removes the forms of pictures that no longer exist, and files that an interrupted write left. A picture's own file may be in a bucket only.</summary>
    /// <param name="batch">Number of pictures that are looked up at once.</param>
    /// <param name="withoutRow">The hashes that the database does not know.</param>
    public async Task SweepAsync(int batch, Func<string[], Task<IEnumerable<string>>> withoutRow)
    {
        if (!Directory.Exists(folder.Forms))
        {
            return;
        }

        foreach (var pictures in Directory.EnumerateFiles(folder.Forms).GroupBy(HashOf).Chunk(batch))
        {
            var gone = (await withoutRow([.. pictures.Select(files => files.Key)])).ToHashSet();
            foreach (var file in pictures.Where(files => gone.Contains(files.Key)).SelectMany(files => files))
            {
                File.Delete(file);
            }
        }
    }

    public void Dispose()
    {
        making.Dispose();
        Array.ForEach(locks, turn => turn.Dispose());
    }

    // Files of interrupted writes belong to no picture.
    private static string HashOf(string file) => Path.GetFileName(file) is { Length: > HashLength } name && name[HashLength] == '-' ? name[..HashLength] : "";

    private FileStream? Open(string path)
    {
        try
        {
            var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0, useAsync: true);
            File.SetLastAccessTimeUtc(file.SafeFileHandle, clock.GetUtcNow().UtcDateTime);
            return file;
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    private async Task<Stream> MakeAsync(string path, Func<CancellationToken, Task<byte[]>> make, CancellationToken cancellationToken)
    {
        await making.WaitAsync(cancellationToken);
        try
        {
            var bytes = await make(cancellationToken);
            return await KeepAsync(path, bytes, cancellationToken) ? Open(path) ?? (Stream)new MemoryStream(bytes) : new MemoryStream(bytes);
        }
        finally
        {
            making.Release();
        }
    }

    /// <returns>False if the disk is full: pictures can still be read then.</returns>
    private async Task<bool> KeepAsync(string path, byte[] bytes, CancellationToken cancellationToken)
    {
        var temporary = Path.Combine(folder.Forms, $"{Guid.NewGuid():N}.tmp");
        try
        {
            Directory.CreateDirectory(folder.Forms);
            await File.WriteAllBytesAsync(temporary, bytes, cancellationToken);
            File.Move(temporary, path, overwrite: true);
            Evict(except: path);
            return true;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            logger.LogWarning("A picture's form could not be kept: {Reason}", fault.Message);
            return false;
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    private void Evict(string except)
    {
        lock (evicting)
        {
            var files = new DirectoryInfo(folder.Forms).GetFiles();
            var excess = files.Sum(file => file.Length) - (options.Value.FormsMegabytes * Megabyte);
            foreach (var file in files.Where(file => file.FullName != except).OrderBy(file => file.LastAccessTimeUtc).TakeWhile(_ => excess > 0))
            {
                excess -= file.Length;
                file.Delete();
            }
        }
    }
}
