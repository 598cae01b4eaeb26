using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PromptCanvas.Generation.Configuration;

namespace PromptCanvas.Generation.Storage;

/// <summary>A file that takes room for nothing, until there is none: then it goes, and nothing new is begun before there is room for it again.</summary>
internal sealed class DiskReserve(DataFolder folder, IDiskSpace space, StorageFaults faults, IOptions<DataOptions> options, ILogger<DiskReserve> logger)
{
    private const long Megabyte = 1024 * 1024;

    // Less than this share of the reserve is free: a database cannot write much longer.
    private const int Emergency = 8;

    private readonly Lock gate = new();
    private volatile bool released;

    /// <summary>The reserve was needed and is not back: no new work, please.</summary>
    public bool IsReleased => released;

    private long Size => options.Value.ReserveMegabytes * Megabyte;

    private string Path => System.IO.Path.Combine(folder.Root, "reserve");

    /// <summary>Takes the room, or gives it away, as the disk is now.</summary>
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

    /// <summary>Gives the room away.</summary>
    /// <returns>Whether there was any.</returns>
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
            logger.LogError("The disk is full: the {Size} MB held back are free now, and nothing new is begun until there is room for them again", options.Value.ReserveMegabytes);
            return true;
        }
    }

    /// <summary>Does something small for which there must be room, with the reserve's if need be.</summary>
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
            // Preallocated, not only long: a sparse file would hold nothing.
            using var file = new FileStream(Path, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, PreallocationSize = Size });
            file.SetLength(Size);
            released = false;
        }
        catch (IOException fault)
        {
            File.Delete(Path);
            logger.LogWarning("No room could be held back: {Reason}", fault.Message);
        }
    }
}
