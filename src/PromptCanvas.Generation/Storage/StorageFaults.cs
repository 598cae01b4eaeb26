using PromptCanvas.Data;

namespace PromptCanvas.Generation.Storage;

/// <summary>Distinguishes temporary disk or database failures from bugs.</summary>
internal sealed class StorageFaults(IDatabaseFaults database)
{
    // HRESULTs for "no space left on device": ENOSPC, ERROR_DISK_FULL.
    private const int NoSpace = 28;
    private const int DiskFull = unchecked((int)0x80070070);

    /// <summary>Whether the disk is full.</summary>
    public bool IsFull(Exception fault) => fault is IOException { HResult: NoSpace or DiskFull } || database.IsFull(fault);

    /// <summary>One sentence that describes a storage failure; null for any other exception.</summary>
    public string? Describe(Exception fault) => fault switch
    {
        ObjectStoreException => fault.Message,
        IOException or UnauthorizedAccessException => $"The data folder cannot be written to: {fault.Message}",
        _ => database.Describe(fault),
    };
}
