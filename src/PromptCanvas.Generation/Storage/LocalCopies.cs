namespace PromptCanvas.Generation.Storage;

/// <summary>Keeps the data folder's copies of a shared store within a limit; over it, the least recently used are removed.</summary>
/// <remarks>A file that is open stays readable after its removal.</remarks>
internal sealed class LocalCopies(DataFolder folder, SharedStorage shared, TimeProvider clock)
{
    private const long Megabyte = 1024 * 1024;

    // A trim looks at every file, so it makes space for some more.
    private const double PartKept = 0.9;

    private readonly Lock counting = new();
    private long? total;

    /// <summary>Records that a copy was used.</summary>
    public void Touch(FileStream copy) => File.SetLastAccessTimeUtc(copy.SafeFileHandle, clock.GetUtcNow().UtcDateTime);

    /// <summary>Counts a new copy.</summary>
    /// <param name="bytes">Its size.</param>
    public void Add(long bytes)
    {
        lock (counting)
        {
            total = total is { } known ? known + bytes : Copies().Sum(copy => copy.Length);
            if (total > shared.CopiesMegabytes * Megabyte)
            {
                total = Trim((long)(shared.CopiesMegabytes * Megabyte * PartKept));
            }
        }
    }

    private long Trim(long most)
    {
        var copies = Copies().ToList();
        var left = copies.Sum(copy => copy.Length);
        foreach (var copy in copies.OrderBy(copy => copy.LastAccessTimeUtc).TakeWhile(_ => left > most))
        {
            left -= copy.Length;
            copy.Delete();
        }

        return left;
    }

    private IEnumerable<FileInfo> Copies() => new DirectoryInfo(folder.Images).EnumerateFiles("*", SearchOption.AllDirectories)
        .Where(file => file.DirectoryName != folder.Temporary);
}
