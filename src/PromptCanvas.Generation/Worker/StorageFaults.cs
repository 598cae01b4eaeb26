using PromptCanvas.Data;

namespace PromptCanvas.Generation.Worker;

/// <summary>Tells a disk or database that cannot write now, which may pass, from a fault of ours, which will not.</summary>
internal static class StorageFaults
{
    /// <summary>One sentence; null when the fault is another one.</summary>
    public static string? Describe(Exception fault) => fault switch
    {
        IOException or UnauthorizedAccessException => $"The data folder cannot be written to: {fault.Message}",
        _ => DatabaseFaults.Describe(fault),
    };
}
