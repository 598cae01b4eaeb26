using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PromptCanvas.Generation.Configuration;

namespace PromptCanvas.Generation.Storage;

/// <summary>Holds disk space in a reserve file and deletes the file when the disk is full. No new work starts until the reserve is restored.</summary>
internal sealed class DiskReserve(DataFolder folder, IDiskSpace space, StorageFaults faults, IOptions<DataOptions> options, ILogger<DiskReserve> logger)
{
    private const long Megabyte = 1024 * 1024;

    // Below this fraction (1/8) of the reserve, the database is about to fail its writes.
    private const int Emergency = 8;

    private readonly Lock gate = new();
    private volatile bool released;

    /// <summary>The reserve was released and is not restored yet: accept no new work.</summary>
    public bool IsReleased => released;

    private long Size => options.Value.ReserveMegabytes * Megabyte;

    private string Path => folder.ReserveFile;

    /// <summary>Creates or releases the reserve, depending on the free space.</summary>
    public void Look()
    {
        lock (gate)
        {
            if (Size == 0)
            {
                File.Delete(Path);
                return;
            }

            var free = space.Look().Free;
            if (File.Exists(Path))
            {
                if (free < Size / Emergency)
                {
                    Release();
                }
            }
            else if (free >= 2 * Size)
            {
                Take();
            }
        }
    }

    /// <summary>Deletes the reserve file.</summary>
    /// <returns>False if there was no reserve.</returns>
    public bool Release()
    {
        lock (gate)
        {
            if (!File.Exists(Path))
            {
                return false;
            }

            File.Delete(Path);
            released = true;
            logger.LogError("The disk is full: the reserve of {Size} MB was released; no new work starts until it can be restored", options.Value.ReserveMegabytes);
            return true;
        }
    }

    /// <summary>Runs a small write that must succeed on a full disk, and retries it once after releasing the reserve.</summary>
    public async Task<T> WithCapacityAsync<T>(Func<Task<T>> write)
    {
        try
        {
            return await write();
        }
        catch (Exception fault) when (faults.IsFull(fault) && Release())
        {
            return await write();
        }
    }

    private void Take()
    {
        try
        {
            // Preallocated: a sparse file would reserve nothing.
            using var file = new FileStream(Path, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, PreallocationSize = Size });
            file.SetLength(Size);
            released = false;
        }
        catch (IOException fault)
        {
            File.Delete(Path);
            logger.LogWarning("The disk reserve could not be created: {Reason}", fault.Message);
        }
    }
}
