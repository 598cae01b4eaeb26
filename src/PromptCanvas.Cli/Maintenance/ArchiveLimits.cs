using PromptCanvas.Generation.Storage;

namespace PromptCanvas.Cli.Maintenance;

/// <summary>Limits on a backup that is restored.</summary>
/// <param name="Capacity">Total bytes of its files.</param>
internal sealed record ArchiveLimits(long Capacity)
{
    /// <summary>A million pictures with their thumbnails.</summary>
    public int MostEntries { get; init; } = 2_000_000;

    /// <summary>Largest compression ratio of an entry. Pictures do not compress, a database compresses ten- or twentyfold, zeros a thousandfold.</summary>
    public int LargestRatio { get; init; } = 200;

    /// <summary>Size in bytes up to which the ratio is not checked: a new database is nearly empty.</summary>
    public long AlwaysFine { get; init; } = 16 * 1024 * 1024;

    /// <summary>Limits from the free space on the data folder's disk.</summary>
    public static ArchiveLimits Of(DataFolder folder) => new(new DriveInfo(folder.Root).AvailableFreeSpace);
}
