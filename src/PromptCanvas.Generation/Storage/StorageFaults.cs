using PromptCanvas.Data;

namespace PromptCanvas.Generation.Storage;

/// <summary>Tells a disk or database that cannot be used now, which may pass, from a fault of ours, which will not.</summary>
internal sealed class StorageFaults(IDatabaseFaults database)
{
    // What the systems call "no space left on device": ENOSPC, ERROR_DISK_FULL.
    private const int NoSpace = 28;
    private const int DiskFull = unchecked((int)0x80070070);

    /// <summary>Whether there is no room on the disk.</summary>
    public bool IsFull(Exception fault) => fault is IOException { HResult: NoSpace or DiskFull } || database.IsFull(fault);

    /// <summary>One sentence; null when the fault is another one.</summary>
    public string? Describe(Exception fault) => fault switch
    {
        IOException or UnauthorizedAccessException => $"The data folder cannot be written to: {fault.Message}",
        _ => database.Describe(fault),
    };
}
