using PromptCanvas.Generation.Configuration;


namespace PromptCanvas.Generation.Storage;

/// <summary>Paths of an installation's data.</summary>
public sealed class DataFolder(string contentRoot, string folder)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Absolute. <c>Data:Folder</c> is resolved against the content root.</summary>
    public string Root { get; } = Path.GetFullPath(folder, Path.GetFullPath(contentRoot));

    public string DatabaseFile => Path.Combine(Root, "promptcanvas.db");

    /// <summary>Finished pictures by content hash, and files being written.</summary>
    public string Images => FolderOf(ObjectNames.Pictures);

    /// <summary>On the same file system as <see cref="Images"/>, so that a rename is atomic.</summary>
    public string Temporary => Path.Combine(Images, "tmp");

    /// <summary>Checkpoints of unfinished pictures: results of their finished stages, by job.</summary>
    public string Stages => FolderOf(ObjectNames.Stages);

    /// <summary>Space that is released when the disk is full.</summary>
    public string ReserveFile => Path.Combine(Root, "reserve");

    /// <summary>Files that any start can recreate: prepared graphs and records of weights.</summary>
    public string Cache => Path.Combine(Root, "cache");

    /// <summary>Pictures in other forms, by content hash; each can be made again.</summary>
    public string Forms => Path.Combine(Cache, "pictures");

    public string LockFile => Path.Combine(Root, "studio.lock");

    /// <summary>Path of a finished picture.</summary>
    /// <param name="hash">SHA-256, 64 lower-case hex digits.</param>
    public string PictureFile(string hash) => Path.GetFullPath(ObjectNames.Of(BlobKind.Picture, hash), Root);

    /// <summary>Path of a thumbnail.</summary>
    /// <param name="hash">SHA-256, 64 lower-case hex digits.</param>
    public string ThumbnailFile(string hash) => Path.GetFullPath(ObjectNames.Of(BlobKind.Thumbnail, hash), Root);

    /// <summary>Creates the folders and writes a probe file, so that an unwritable folder fails at startup and not after a picture is drawn.</summary>
    /// <exception cref="StartupException">The folder is not writable.</exception>
    public void Prepare()
    {
        try
        {
            CreateRoot();
            Directory.CreateDirectory(Temporary);
            var probe = Path.Combine(Temporary, $"{Guid.NewGuid():N}.tmp");
            File.WriteAllBytes(probe, [1]);
            File.Delete(probe);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new StartupException(
                $"The data folder {Root} cannot be written to ({fault.Message.TrimEnd('.')}); make it writable or set Data:Folder to another one.", fault);
        }
    }

    /// <summary>Whether other accounts of this machine can open the folder, which holds the database and the keys of sessions.</summary>
    /// <returns>One sentence with the command that fixes it; null if only the owner can open the folder.</returns>
    public string? Exposure()
    {
        if (OperatingSystem.IsWindows() || !Directory.Exists(Root) || (File.GetUnixFileMode(Root) & ~OwnerOnly) is UnixFileMode.None)
        {
            return null;
        }

        var quoted = Root.Replace("'", @"'\''", StringComparison.Ordinal);
        return $"Other accounts of this machine may open the data folder {Root}, which holds the database and the keys that sign sessions; run: chmod 700 '{quoted}'";
    }

    private void CreateRoot()
    {
        if (!OperatingSystem.IsWindows() && !Directory.Exists(Root))
        {
            Directory.CreateDirectory(Root, OwnerOnly);
        }
    }

    private string FolderOf(string names) => Path.TrimEndingDirectorySeparator(Path.GetFullPath(names, Root));
}
