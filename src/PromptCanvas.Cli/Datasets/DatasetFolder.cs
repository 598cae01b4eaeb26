using System.Text;
using System.Text.Json;
using PromptCanvas.Cli.Options;
using PromptCanvas.Generation.Datasets;

namespace PromptCanvas.Cli.Datasets;

/// <summary>The folder of a data set: its pictures, its plan, and a journal of what is done, from which an interrupted run goes on.</summary>
internal sealed class DatasetFolder(DirectoryInfo folder)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    public string Root => folder.FullName;

    /// <summary>The seed of the data set that an earlier run began here; null = none did.</summary>
    public uint? SeedOfPlan => File.Exists(PlanFile) ? JsonSerializer.Deserialize<DatasetPlan>(File.ReadAllText(PlanFile), Json)?.Seed : null;

    private string WorkFolder => Path.Combine(Root, ".promptcanvas");

    private string PlanFile => Path.Combine(WorkFolder, "plan.json");

    private string JournalFile => Path.Combine(WorkFolder, "journal.jsonl");

    /// <summary>Starts the data set, or finds what an earlier run of the same plan has done.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="block">How many pictures are decided together; a block that is not complete is made again.</param>
    /// <exception cref="BadInputException">The folder cannot be written, holds another data set, or holds something else.</exception>
    public IReadOnlyList<DatasetEntry> Open(DatasetPlan plan, int block)
    {
        var text = JsonSerializer.Serialize(plan, Json);
        try
        {
            if (File.Exists(PlanFile))
            {
                return File.ReadAllText(PlanFile) == text
                    ? Resume(plan, block)
                    : throw new BadInputException($"{Root} holds a data set of another request: repeat that one's options to go on with it, or name another folder with --out.");
            }

            if (folder.Exists && folder.EnumerateFileSystemInfos().Any())
            {
                throw new BadInputException($"{Root} is not empty: name a new folder with --out.");
            }

            Directory.CreateDirectory(WorkFolder);
            Write(PlanFile, Encoding.UTF8.GetBytes(text));
            return [];
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"{Root} is not writable ({fault.Message}): name another folder with --out.");
        }
    }

    /// <summary>Notes what became of the next pictures, after their files are written.</summary>
    public void Append(IEnumerable<DatasetEntry> entries)
    {
        var lines = string.Concat(entries.Select(entry => JsonSerializer.Serialize(entry, Json) + '\n'));
        using var journal = new FileStream(JournalFile, FileMode.Append);
        journal.Write(Encoding.UTF8.GetBytes(lines));
        journal.Flush(flushToDisk: true);
    }

    /// <summary>Writes a file whole or not at all.</summary>
    /// <param name="name">Below the folder.</param>
    /// <param name="bytes">Its content.</param>
    public void Save(string name, byte[] bytes)
    {
        var path = Path.Combine(Root, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        Write(path, bytes);
    }

    /// <inheritdoc cref="Save"/>
    public async Task SaveAsync(DatasetFile file, CancellationToken cancellationToken)
    {
        var path = Path.Combine(Root, file.Name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var temporary = TemporaryOf(path);
        await using (var stream = File.Create(temporary))
        {
            await file.WriteAsync(stream, cancellationToken).ConfigureAwait(false);
        }

        File.Move(temporary, path, overwrite: true);
    }

    private static string TemporaryOf(string path) => $"{path}.tmp";

    private List<DatasetEntry> Resume(DatasetPlan plan, int block)
    {
        if (!File.Exists(JournalFile))
        {
            return [];
        }

        var entries = new List<DatasetEntry>();
        foreach (var line in File.ReadLines(JournalFile))
        {
            if (Read(line) is not { } entry || entry.Index != entries.Count)
            {
                // A line was cut off when the run ended.
                break;
            }

            entries.Add(entry);
        }

        if (entries.Count < plan.Count)
        {
            entries.RemoveRange(entries.Count / block * block, entries.Count % block);
        }

        Write(JournalFile, Encoding.UTF8.GetBytes(string.Concat(entries.Select(entry => JsonSerializer.Serialize(entry, Json) + '\n'))));
        return entries;
    }

    private static DatasetEntry? Read(string line)
    {
        try
        {
            return JsonSerializer.Deserialize<DatasetEntry>(line, Json);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static void Write(string path, byte[] bytes)
    {
        var temporary = TemporaryOf(path);
        File.WriteAllBytes(temporary, bytes);
        File.Move(temporary, path, overwrite: true);
    }
}
