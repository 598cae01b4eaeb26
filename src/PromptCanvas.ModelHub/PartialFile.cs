using System.Text.Json;
using Microsoft.Win32.SafeHandles;

namespace PromptCanvas.ModelHub;

/// <summary>A file in the making: <c>NAME.part</c>, with a record beside it of the parts that are on disk, so that a kill loses only what was on its way.</summary>
internal sealed class PartialFile : IDisposable
{
    private readonly string path;
    private readonly HubFile file;
    private readonly int partBytes;
    private readonly Lock gate = new();
    private readonly SortedSet<int> done;

    private PartialFile(string path, HubFile file, int partBytes, SortedSet<int> done, SafeFileHandle handle)
    {
        this.path = path;
        this.file = file;
        this.partBytes = partBytes;
        this.done = done;
        Handle = handle;
    }

    public SafeFileHandle Handle { get; }

    /// <summary>The parts that are missing, in order.</summary>
    public IReadOnlyList<int> Missing
    {
        get
        {
            lock (gate)
            {
                return [.. Enumerable.Range(0, Count).Where(part => !done.Contains(part))];
            }
        }
    }

    /// <summary>Bytes of the parts that are there.</summary>
    public long Bytes
    {
        get
        {
            lock (gate)
            {
                return done.Sum(part => EndOf(part) - FirstOf(part));
            }
        }
    }

    /// <summary>The whole file's bytes.</summary>
    public long Length => file.Size;

    /// <summary>Number of parts.</summary>
    public int Count => (int)((file.Size + partBytes - 1) / partBytes);

    private static string PartName(string path) => $"{path}.part";

    private static string RecordName(string path) => $"{path}.part.json";

    /// <summary>Opens or begins a file; parts of other content are discarded.</summary>
    public static PartialFile Open(string path, HubFile file, int partBytes)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var known = ReadRecord(path, file, partBytes);
        var handle = File.OpenHandle(PartName(path), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, FileOptions.Asynchronous);
        if (RandomAccess.GetLength(handle) != file.Size)
        {
            known = [];
            RandomAccess.SetLength(handle, file.Size);
        }

        return new PartialFile(path, file, partBytes, known, handle);
    }

    /// <summary>Bytes that an unfinished file has on disk.</summary>
    public static long BytesOf(string path, HubFile file, int partBytes) =>
        File.Exists(PartName(path)) ? ReadRecord(path, file, partBytes).Sum(part => Math.Min((part + 1L) * partBytes, file.Size) - ((long)part * partBytes)) : 0;

    public long FirstOf(int part) => (long)part * partBytes;

    public long EndOf(int part) => Math.Min(FirstOf(part) + partBytes, file.Size);

    /// <summary>Records a part as complete.</summary>
    public void Keep(int part)
    {
        lock (gate)
        {
            done.Add(part);

            // The record may name only parts whose bytes survive a power cut.
            RandomAccess.FlushToDisk(Handle);
            var record = RecordName(path);
            File.WriteAllText($"{record}.new", JsonSerializer.Serialize(new Record(KeyOf(file), file.Size, partBytes, [.. done])));
            File.Move($"{record}.new", record, overwrite: true);
        }
    }

    /// <summary>Gives the file its name: it is whole and checked.</summary>
    public void Finish()
    {
        RandomAccess.FlushToDisk(Handle);
        Handle.Dispose();
        File.Move(PartName(path), path, overwrite: true);
        File.Delete(RecordName(path));
    }

    /// <summary>Throws all parts away: they are damaged.</summary>
    public void Discard()
    {
        lock (gate)
        {
            done.Clear();
            File.Delete(RecordName(path));
        }
    }

    public void Dispose() => Handle.Dispose();

    private static SortedSet<int> ReadRecord(string path, HubFile file, int partBytes)
    {
        try
        {
            var record = JsonSerializer.Deserialize<Record>(File.ReadAllText(RecordName(path)));
            return record is not null && record.Key == KeyOf(file) && record.Size == file.Size && record.PartBytes == partBytes
                ? [.. record.Done.Where(part => part >= 0 && (long)part * partBytes < file.Size)]
                : [];
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException or JsonException)
        {
            // Absent or damaged: nothing of the file counts as there.
            return [];
        }
    }

    private static string KeyOf(HubFile file) => file.Sha256 ?? file.GitBlob ?? "";

    private sealed record Record(string Key, long Size, int PartBytes, IReadOnlyList<int> Done);
}
