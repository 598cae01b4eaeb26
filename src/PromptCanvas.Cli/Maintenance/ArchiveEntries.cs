using System.Globalization;
using System.IO.Compression;
using System.IO.Hashing;
using PromptCanvas.Generation.Storage;

namespace PromptCanvas.Cli.Maintenance;

/// <summary>The entries allowed in a backup: plain files inside the data folder, within the limits.</summary>
internal sealed class ArchiveEntries(DataFolder folder, ArchiveLimits limits)
{
    // Zip files made on Unix store each file's mode in the upper half of its attributes (stat.h, S_IFMT); 0 on other systems.
    private const int ModeShift = 16;
    private const int FileTypeMask = 0xF000;
    private const int PlainFile = 0x8000;
    private const int ReadAndWrite = 0x1B6;
    private const int BufferLength = 64 * 1024;

    /// <summary>Files of a running studio, excluded from backups.</summary>
    public static IReadOnlyList<string> NotKept { get; } = ["studio.lock", "setup-token"];

    /// <summary>Whether a file holds nothing of its own: the disk reserve (zeros) and caches.</summary>
    public static bool IsMadeAgain(DataFolder folder, string path) =>
        path == folder.ReserveFile || path.StartsWith(folder.Cache + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    /// <summary>The same for an entry: backups of earlier versions hold such files.</summary>
    public bool IsMadeAgain(ZipArchiveEntry entry) => IsMadeAgain(folder, Path.GetFullPath(entry.FullName, folder.Root));

    /// <summary>Checks every entry before anything is written.</summary>
    /// <exception cref="InvalidDataException">An entry is not allowed in a backup, or a limit is exceeded.</exception>
    public void Check(ZipArchive zip)
    {
        if (zip.Entries.Count > limits.MostEntries)
        {
            throw Refuse(string.Create(CultureInfo.InvariantCulture, $"it holds {zip.Entries.Count} files, more than the limit of {limits.MostEntries}"));
        }

        var free = limits.Capacity;
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var entry in zip.Entries)
        {
            TargetOf(entry);
            if (!names.Add(entry.FullName))
            {
                throw Refuse($"it holds {entry.FullName} twice");
            }

            if (IsMadeAgain(entry))
            {
                continue;
            }

            if (entry.Length > limits.AlwaysFine && entry.Length / limits.LargestRatio > entry.CompressedLength)
            {
                throw Refuse($"{entry.FullName} would be more than {limits.LargestRatio} times larger than its compressed size");
            }

            free -= entry.Length;
        }

        if (free < 0)
        {
            throw Refuse(string.Create(CultureInfo.InvariantCulture, $"its files need {-free / 1024 / 1024 + 1} MB more than the free space on the disk"));
        }
    }

    /// <summary>The file that an entry is restored to.</summary>
    /// <exception cref="InvalidDataException">It is outside the data folder, or not a plain file of a backup.</exception>
    public string TargetOf(ZipArchiveEntry entry)
    {
        var name = entry.FullName;
        var target = Path.GetFullPath(name, folder.Root);
        var type = (entry.ExternalAttributes >> ModeShift) & FileTypeMask;
        if (type is not 0 and not PlainFile)
        {
            throw Refuse($"{name} is a link or a folder, not a file");
        }

        // Refuse names with ".." or a backslash: systems resolve them differently.
        if (!target.StartsWith(folder.Root + Path.DirectorySeparatorChar, StringComparison.Ordinal) || name.EndsWith('/')
            || Path.GetRelativePath(folder.Root, target).Replace('\\', '/') != name || name.Any(letter => letter is '\\' or ':' || char.IsControl(letter)))
        {
            throw Refuse($"it names a file outside the data folder ({Printable(name)})");
        }

        return name == Path.GetFileName(folder.DatabaseFile) || IsKept(target) ? target : throw Refuse($"{name} belongs to a running studio, not to a backup");
    }

    /// <summary>Writes an entry completely or not at all, and never more than its declared size.</summary>
    /// <exception cref="InvalidDataException">It is larger than declared, or damaged.</exception>
    public static async Task WriteAsync(ZipArchiveEntry entry, string target, CancellationToken cancellationToken)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows() && (entry.ExternalAttributes >> ModeShift) is var mode and not 0)
        {
            // Only the owner may read the keys.
            options.UnixCreateMode = (UnixFileMode)(mode & ReadAndWrite);
        }

        var written = false;
        try
        {
            var source = await entry.OpenAsync(cancellationToken).ConfigureAwait(false);
            await using (source.ConfigureAwait(false))
            {
                var file = new FileStream(target, options);
                await using (file.ConfigureAwait(false))
                {
                    await CopyAsync(source, file, entry, cancellationToken).ConfigureAwait(false);
                }
            }

            written = true;
        }
        finally
        {
            if (!written)
            {
                File.Delete(target);
            }
        }
    }

    private static async Task CopyAsync(Stream source, FileStream file, ZipArchiveEntry entry, CancellationToken cancellationToken)
    {
        var buffer = new byte[BufferLength];
        var check = new Crc32();
        for (int read; (read = await source.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0;)
        {
            if (file.Length + read > entry.Length)
            {
                throw Refuse($"{entry.FullName} is larger than its declared size");
            }

            check.Append(buffer.AsSpan(0, read));
            await file.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
        }

        if (check.GetCurrentHashAsUInt32() != entry.Crc32)
        {
            throw Refuse($"{entry.FullName} is damaged");
        }
    }

    private bool IsKept(string target) => !NotKept.Contains(Path.GetFileName(target))
        && !target.StartsWith(folder.DatabaseFile, StringComparison.OrdinalIgnoreCase)
        && !target.StartsWith(folder.Temporary + Path.DirectorySeparatorChar, StringComparison.OrdinalIgnoreCase);

    private static string Printable(string name) => string.Concat(name.Select(letter => char.IsControl(letter) ? '?' : letter));

    private static InvalidDataException Refuse(string why) => new($"This file is not a valid backup, and nothing was restored: {why}.");
}
