namespace PromptCanvas.Generation.Storage;

/// <summary>Objects as files of a folder.</summary>
/// <param name="root">The folder; names are paths below it, with slashes.</param>
/// <param name="flushes">Whether a written object is on the disk, not only in the system's cache; for objects that exist nowhere else afterwards.</param>
internal sealed class FolderObjects(string root, bool flushes = false) : IObjectStore
{
    public Task<string?> RefusalAsync(CancellationToken cancellationToken) => Task.FromResult<string?>(null);

    public async Task WriteAsync(string name, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        var file = PathOf(name);
        var temporary = $"{file}.tmp";
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        await using (var stream = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0, useAsync: true))
        {
            await stream.WriteAsync(bytes, cancellationToken);
            if (flushes)
            {
                stream.Flush(flushToDisk: true);
            }
        }

        File.Move(temporary, file, overwrite: true);
    }

    public async Task<bool> ReadAsync(string name, Stream target, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(target);
        if (!File.Exists(PathOf(name)))
        {
            return false;
        }

        await using var file = new FileStream(PathOf(name), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0, useAsync: true);
        await file.CopyToAsync(target, cancellationToken);
        return true;
    }

    public Task<StoredObject?> FindAsync(string name, CancellationToken cancellationToken) =>
        Task.FromResult(new FileInfo(PathOf(name)) is { Exists: true } file ? ObjectOf(file) : null);

    /// <remarks>Includes files of interrupted writes: who removes a folder's objects removes them, too.</remarks>
    public IAsyncEnumerable<StoredObject> ListAsync(string start, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(start);
        var folder = new DirectoryInfo(PathOf(start[..(start.LastIndexOf('/') + 1)]));
        var found = folder.Exists ? folder.EnumerateFiles("*", SearchOption.AllDirectories).Select(ObjectOf) : [];
        return found.Where(stored => stored.Name.StartsWith(start, StringComparison.Ordinal)).OrderBy(stored => stored.Name, StringComparer.Ordinal).ToAsyncEnumerable();
    }

    public Task DeleteAsync(string name, CancellationToken cancellationToken)
    {
        var file = new FileInfo(PathOf(name));
        if (file.Exists)
        {
            file.Delete();
            RemoveIfEmpty(file.Directory!);
        }

        return Task.CompletedTask;
    }

    private static void RemoveIfEmpty(DirectoryInfo folder)
    {
        try
        {
            folder.Delete();
        }
        catch (IOException)
        {
            // It holds other objects.
        }
    }

    private StoredObject ObjectOf(FileInfo file) =>
        new(Path.GetRelativePath(root, file.FullName).Replace(Path.DirectorySeparatorChar, '/'), file.LastWriteTimeUtc, file.Length);

    private string PathOf(string name) => Path.Combine(root, name.Replace('/', Path.DirectorySeparatorChar));
}
