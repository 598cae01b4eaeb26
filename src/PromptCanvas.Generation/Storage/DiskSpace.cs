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
            // A share on the network, say, whose size this system does not tell.
            return new DiskCapacity(long.MaxValue, 0);
        }
    }
}
