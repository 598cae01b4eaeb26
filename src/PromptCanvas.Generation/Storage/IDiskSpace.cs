namespace PromptCanvas.Generation.Storage;

/// <summary>Capacity of the disk that holds the data folder, in bytes.</summary>
/// <param name="Free">Available to this process; the reserve counts as used.</param>
/// <param name="Total">Total size; 0 if unknown.</param>
public sealed record DiskCapacity(long Free, long Total)
{
    /// <summary>The used share above which administrators are warned.</summary>
    public const double NearlyFull = 0.9;

    /// <summary>Used share, 0 … 1; 0 if the size is unknown.</summary>
    public double Used => Total > 0 ? 1 - ((double)Free / Total) : 0;
}

/// <summary>Reads the disk's free and total space.</summary>
public interface IDiskSpace
{
    DiskCapacity Look();
}
