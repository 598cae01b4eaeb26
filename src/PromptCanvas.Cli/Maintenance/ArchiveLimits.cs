using PromptCanvas.Generation.Storage;

namespace PromptCanvas.Cli.Maintenance;

/// <summary>What a backup may ask of the machine it is restored on.</summary>
/// <param name="Capacity">Bytes that its files may take together.</param>
internal sealed record ArchiveLimits(long Capacity)
{
    /// <summary>A million pictures with their thumbnails.</summary>
    public int MostEntries { get; init; } = 2_000_000;

    /// <summary>Pictures do not get smaller at all, and a database by ten or twenty; zeros by a thousand.</summary>
    public int LargestRatio { get; init; } = 200;

    /// <summary>Bytes up to which a file may be as empty as it likes: a new database is.</summary>
    public long AlwaysFine { get; init; } = 16 * 1024 * 1024;

    /// <summary>What is free where the data folder lies.</summary>
    public static ArchiveLimits Of(DataFolder folder) => new(new DriveInfo(folder.Root).AvailableFreeSpace);
}
