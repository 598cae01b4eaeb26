using System.Text.Json;
using System.Text.RegularExpressions;

namespace PromptCanvas.ModelHub;

/// <summary>Where a model is put together: <c>models/.download/NAME</c>, on the same disk as its place, so that moving it there is one step.</summary>
internal sealed partial class Workplace
{
    private const string Downloads = ".download";
    private const string PlanName = "plan.json";
    private const string LockName = "lock";
    private const string ModelFolder = "model";
    private const string SourceName = "source.json";

    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true };

    private readonly string models;
    private readonly string folder;
    private readonly string staged;

    /// <exception cref="ModelHubException">The name cannot be a folder's.</exception>
    public Workplace(string modelsFolder, string name)
    {
        if (!FolderName().IsMatch(name))
        {
            throw new ModelHubException($"'{name}' cannot be a model's name: use letters, digits, '.', '_' and '-', and begin with a letter or digit.");
        }

        Name = name;
        models = Path.GetFullPath(modelsFolder);
        folder = Path.Combine(models, Downloads, name);
        staged = Path.Combine(folder, ModelFolder);
    }

    public string Name { get; }

    private string Place => Path.Combine(models, Name);

    /// <summary>The downloads that were begun and not finished, by name.</summary>
    public static IReadOnlyList<ModelPlan> Unfinished(string modelsFolder)
    {
        var downloads = Path.Combine(Path.GetFullPath(modelsFolder), Downloads);
        return Directory.Exists(downloads)
            ? [.. Directory.EnumerateDirectories(downloads).Select(Path.GetFileName).Where(name => FolderName().IsMatch(name!)).Order(StringComparer.Ordinal)
                .Select(name => new Workplace(modelsFolder, name!).ReadPlan()).OfType<ModelPlan>()]
            : [];
    }

    /// <exception cref="ModelHubException">Something has the model's name already.</exception>
    public void ThrowIfInstalled()
    {
        if (Path.Exists(Place))
        {
            throw new ModelHubException($"{Place} exists already. Remove it to download the model again, or download it under another name (--name on the command line).");
        }
    }

    /// <summary>Keeps other downloads of this model out until it is disposed of.</summary>
    /// <exception cref="ModelHubException">Another process, or another task of this one, is downloading it.</exception>
    public IDisposable Enter()
    {
        Directory.CreateDirectory(folder);
        try
        {
            return new FileStream(Path.Combine(folder, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (IOException fault) when (File.Exists(Path.Combine(folder, LockName)))
        {
            throw new ModelHubException($"{Name} is being downloaded by another process. Wait for it, or stop it.", fault);
        }
    }

    /// <summary>The plan that an interrupted download left; null = none that can be read.</summary>
    public ModelPlan? ReadPlan()
    {
        try
        {
            return JsonSerializer.Deserialize<ModelPlan>(File.ReadAllText(Path.Combine(folder, PlanName)));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or JsonException)
        {
            // Absent, or cut off by a kill: the model is looked up again.
            return null;
        }
    }

    /// <summary>Writes down what is being downloaded; files of an older plan with other content are fetched again.</summary>
    public void Begin(ModelPlan plan)
    {
        if (Directory.Exists(staged) && ReadPlan() is var earlier && !SameFiles(earlier, plan))
        {
            Directory.Delete(staged, recursive: true);
        }

        Directory.CreateDirectory(staged);
        var path = Path.Combine(folder, PlanName);
        File.WriteAllText($"{path}.new", JsonSerializer.Serialize(plan));
        File.Move($"{path}.new", path, overwrite: true);
    }

    /// <summary>All files of a plan, with the places they go to.</summary>
    public IEnumerable<(PlannedPart Part, HubFile File, string Path)> Files(ModelPlan plan) =>
        plan.Parts.SelectMany(part => part.Files.Select(file => (part, file, Path.Combine(staged, part.PathOf(file)))));

    /// <summary>Checks the complete folder and moves it into its place.</summary>
    /// <exception cref="ModelHubException">The engine cannot use it.</exception>
    public string Finish(ModelPlan plan, Func<string, string?> check)
    {
        if (plan.Index is not null)
        {
            File.WriteAllText(Path.Combine(staged, NeededFiles.Index), plan.Index + "\n");
        }

        var source = plan.Parts.Select(part => new { part.Folder, part.Repository, Revision = part.Commit, part.Licence });
        File.WriteAllText(Path.Combine(staged, SourceName), JsonSerializer.Serialize(new { plan.Hub, Parts = source }, Readable) + "\n");
        if (check(staged) is { } fault)
        {
            throw new ModelHubException($"{plan.Name} is complete, but this engine cannot use it: {fault} It stays in {staged}.");
        }

        Directory.Move(staged, Place);
        File.Delete(Path.Combine(folder, PlanName));
        return Place;
    }

    /// <exception cref="ModelHubException">It is still running, or there is none.</exception>
    public void Discard()
    {
        if (!Directory.Exists(folder))
        {
            throw new ModelHubException($"There is no unfinished download of {Name}.");
        }

        using (Enter())
        {
            if (Directory.Exists(staged))
            {
                Directory.Delete(staged, recursive: true);
            }

            File.Delete(Path.Combine(folder, PlanName));
        }

        DeleteEmpty();
    }

    /// <summary>Removes the folders of a download that left nothing in them.</summary>
    public void DeleteEmpty()
    {
        foreach (var path in new[] { folder, Path.Combine(models, Downloads) })
        {
            if (Directory.Exists(path) && !Directory.EnumerateFileSystemEntries(path).Any())
            {
                Directory.Delete(path);
            }
        }
    }

    private static bool SameFiles(ModelPlan? one, ModelPlan other) =>
        one is not null && one.Parts.SelectMany(part => part.Files.Select(file => (part.PathOf(file), file)))
            .SequenceEqual(other.Parts.SelectMany(part => part.Files.Select(file => (part.PathOf(file), file))));

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}\z")]
    private static partial Regex FolderName();
}
