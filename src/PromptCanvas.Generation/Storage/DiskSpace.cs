namespace PromptCanvas.Generation.Storage;

/// <inheritdoc/>
internal sealed class DiskSpace(DataFolder folder) : IDiskSpace
{
    public DiskCapacity Look()
    {
        try
        {
            var drive = new DriveInfo(folder.Root);
            return new DiskCapacity(drive.AvailableFreeSpace, drive.TotalSize);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // For example a network share whose size is not reported.
            return new DiskCapacity(long.MaxValue, 0);
        }
    }
}
