namespace PromptCanvas.Generation.Storage;

/// <summary>Capacity of the disk that holds the data folder, in bytes.</summary>
/// <param name="Free">Available to this process; the reserve counts as used.</param>
/// <param name="Total">Total size; 0 if unknown.</param>
public sealed record DiskCapacity(long Free, long Total)
{
    /// <summary>The used share above which administrators are warned.</summary>
    public const double NearlyFull = 0.9;

    /// <summary>With more free space than this, in bytes, even a small share of a large disk lasts for thousands of pictures.</summary>
    public const long Plenty = 100_000_000_000;

    /// <summary>Whether space is short: both little of the disk and little in bytes.</summary>
    public bool IsNearlyFull => Used >= NearlyFull && Free < Plenty;

    /// <summary>Used share, 0 … 1; 0 if the size is unknown.</summary>
    public double Used => Total > 0 ? 1 - ((double)Free / Total) : 0;
}

/// <summary>Reads the disk's free and total space.</summary>
public interface IDiskSpace
{
    DiskCapacity Look();
}
