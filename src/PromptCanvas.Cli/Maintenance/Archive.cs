using System.IO.Compression;
using Microsoft.EntityFrameworkCore;
using PromptCanvas.Cli.Options;
using PromptCanvas.Data;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Generation.Storage;
using PromptCanvas.Migrations;

namespace PromptCanvas.Cli.Maintenance;

/// <summary>Saves a studio's data as one zip file: first a snapshot of the database, then the files, so that every file in the snapshot is included.</summary>
internal static class Archive
{
    private const string DatabaseEntry = "promptcanvas.db";

    // Invalidates the fences of workers that run jobs while the database is replaced.
    private const long FenceJump = 1_000_000;

    /// <returns>The number of files, not counting the database.</returns>
    public static async Task<int> SaveAsync(Installation installation, string file, CancellationToken cancellationToken)
    {
        if (File.Exists(file))
        {
            throw new BadInputException($"{file} already exists: name a new file.");
        }

        var unfinished = file + ".tmp";
        var copy = Path.Combine(installation.Folder.Temporary, $"{Guid.NewGuid():N}.tmp");
        try
        {
            var database = installation.OpenDatabase();
            await using (database.ConfigureAwait(false))
            {
                await SqliteCopies.SaveAsync(database, copy, cancellationToken).ConfigureAwait(false);
            }

            var files = 0;
            using (var target = CreateForOwner(unfinished))
            using (var zip = new ZipArchive(target, ZipArchiveMode.Create))
            {
                zip.CreateEntryFromFile(copy, DatabaseEntry, CompressionLevel.Fastest);
                foreach (var path in Files(installation, except: unfinished))
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    files += Add(zip, installation.Folder, path);
                }
            }

            File.Move(unfinished, file);
            return files;
        }
        finally
        {
            File.Delete(copy);
            File.Delete(unfinished);
        }
    }

    /// <returns>The number of files that were missing.</returns>
    public static async Task<int> LoadAsync(Installation installation, string file, CancellationToken cancellationToken)
    {
        if (!File.Exists(file))
        {
            throw new BadInputException($"There is no file {file}.");
        }

        var copy = Path.Combine(installation.Folder.Temporary, $"{Guid.NewGuid():N}.tmp");
        try
        {
            using var zip = ZipFile.OpenRead(file);
            var database = zip.GetEntry(DatabaseEntry) ?? throw new BadInputException($"{file} is not a backup of a studio: it has no {DatabaseEntry}.");
            var entries = new ArchiveEntries(installation.Folder, ArchiveLimits.Of(installation.Folder));
            entries.Check(zip);
            await ArchiveEntries.WriteAsync(database, copy, cancellationToken).ConfigureAwait(false);
            await MakeReadyAsync(installation.Folder, copy, cancellationToken).ConfigureAwait(false);
            var files = await ExtractAsync(zip, entries, cancellationToken).ConfigureAwait(false);
            SqliteCopies.Release();
            SqliteCopies.Load(copy, installation.Folder.DatabaseFile);
            return files;
        }
        finally
        {
            SqliteCopies.Release();
            foreach (var left in new[] { copy, copy + "-wal", copy + "-shm" })
            {
                File.Delete(left);
            }
        }
    }

    /// <summary>Migrates and checks the copy before anything in the studio changes.</summary>
    private static async Task MakeReadyAsync(DataFolder folder, string copy, CancellationToken cancellationToken)
    {
        using var installation = Installation.OfFile(folder, copy);
        var database = installation.OpenDatabase();
        await using (database.ConfigureAwait(false))
        {
            switch ((await database.CheckSchemaAsync(cancellationToken).ConfigureAwait(false)).State)
            {
                case SchemaState.Newer:
                    throw new BadInputException("This backup is from a newer version of the studio: restore it with that version.");
                case SchemaState.Unsupported:
                    throw new BadInputException(
                        $"This backup is from an earlier version of the studio: restore it with {UnsupportedSchemaException.LastVersion}, start that version once, and make a new backup.");
                default:
                    break;
            }

            await database.UpgradeAsync(cancellationToken).ConfigureAwait(false);
            await database.Jobs.Where(job => job.State == JobState.Queued || job.State == JobState.Running).ExecuteUpdateAsync(
                change => change
                    .SetProperty(job => job.State, JobState.Queued)
                    .SetProperty(job => job.LeasedBy, (string?)null)
                    .SetProperty(job => job.LeaseUntil, (DateTimeOffset?)null)
                    .SetProperty(job => job.Fence, job => job.Fence + FenceJump),
                cancellationToken).ConfigureAwait(false);
            await database.JobPictures.Where(picture => picture.State == JobPictureState.Running).ExecuteUpdateAsync(
                change => change.SetProperty(picture => picture.State, JobPictureState.Queued), cancellationToken).ConfigureAwait(false);
            await database.Nodes.ExecuteDeleteAsync(cancellationToken).ConfigureAwait(false);
            if (await Invariants.BrokenAsync(database, cancellationToken).ConfigureAwait(false) is [var broken, ..])
            {
                throw new InvalidDataException($"This backup is inconsistent and was not restored. {broken}");
            }
        }
    }

    private static async Task<int> ExtractAsync(ZipArchive zip, ArchiveEntries entries, CancellationToken cancellationToken)
    {
        var files = 0;
        foreach (var entry in zip.Entries.Where(entry => entry.FullName != DatabaseEntry && !entries.IsMadeAgain(entry)))
        {
            var target = entries.TargetOf(entry);
            if (!File.Exists(target))
            {
                MakeFolder(Path.GetDirectoryName(target)!);
                await ArchiveEntries.WriteAsync(entry, target, cancellationToken).ConfigureAwait(false);
                files++;
            }
        }

        return files;
    }

    // The folder of the session keys is private to the studio's user.
    private static void MakeFolder(string folder)
    {
        if (!OperatingSystem.IsWindows() && Path.GetFileName(folder) == "keys")
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            return;
        }

        Directory.CreateDirectory(folder);
    }

    // Where pictures are in a bucket, the data folder has only copies of some.
    private static IEnumerable<string> Files(Installation installation, string except)
    {
        var folder = installation.Folder;
        var left = installation.UsesBucket ? folder.Images : folder.Temporary;
        return Directory.EnumerateFiles(folder.Root, "*", SearchOption.AllDirectories)
            .Where(path => !path.StartsWith(folder.DatabaseFile, StringComparison.Ordinal)
                && !path.StartsWith(left, StringComparison.Ordinal)
                && !ArchiveEntries.NotKept.Contains(Path.GetFileName(path))
                && !ArchiveEntries.IsMadeAgain(folder, path)
                && path != Path.GetFullPath(except));
    }

    // The file holds the keys of sessions: readable for its owner only from its first byte on.
    private static FileStream CreateForOwner(string file)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.ReadWrite };
        if (!OperatingSystem.IsWindows())
        {
            // A file that an earlier attempt left keeps its mode, so it must go first.
            File.Delete(file);
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new FileStream(file, options);
    }

    private static int Add(ZipArchive zip, DataFolder folder, string path)
    {
        try
        {
            // Pictures do not compress further.
            zip.CreateEntryFromFile(path, Path.GetRelativePath(folder.Root, path).Replace('\\', '/'), CompressionLevel.NoCompression);
            return 1;
        }
        catch (FileNotFoundException)
        {
            // Deleted since the enumeration. No row of the snapshot should refer to it; if one does, doctor reports it.
            return 0;
        }
    }
}
