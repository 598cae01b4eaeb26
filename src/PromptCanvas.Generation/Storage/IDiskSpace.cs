namespace PromptCanvas.Generation.Storage;

/// <summary>The disk under the data folder, in bytes.</summary>
/// <param name="Free">For us; what is held back counts as taken.</param>
/// <param name="Total">All of it.</param>
public sealed record DiskCapacity(long Free, long Total)
{
    /// <summary>The share at which administrators are told.</summary>
    public const double NearlyFull = 0.9;

    /// <summary>0 … 1; 0 where nothing is known.</summary>
    public double Used => Total > 0 ? 1 - ((double)Free / Total) : 0;
}

/// <summary>How full the disk is.</summary>
public interface IDiskSpace
{
    DiskCapacity Look();
}
