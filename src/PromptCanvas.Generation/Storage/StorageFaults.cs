using PromptCanvas.Data;

namespace PromptCanvas.Generation.Storage;

/// <summary>Tells a disk or database that cannot be used now, which may pass, from a fault of ours, which will not.</summary>
internal sealed class StorageFaults(IDatabaseFaults database)
{
    /// <summary>One sentence; null when the fault is another one.</summary>
    public string? Describe(Exception fault) => fault switch
    {
        IOException or UnauthorizedAccessException => $"The data folder cannot be written to: {fault.Message}",
        _ => database.Describe(fault),
    };
}
