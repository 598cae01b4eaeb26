using System.Text.Json;

namespace PromptCanvas.Diffusion.Onnx.Checkpoints;

/// <summary>A model in the diffusers layout: <c>model_index.json</c> and one folder for each component it names.</summary>
internal sealed class DiffusersFolder
{
    /// <summary>The file that makes a folder a model.</summary>
    public const string IndexName = "model_index.json";

    private readonly Dictionary<string, string> classes;

    private DiffusersFolder(string path, string? className, Dictionary<string, string> classes)
    {
        Path = path;
        ClassName = className;
        this.classes = classes;
    }

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>The pipeline the index names; null = none.</summary>
    public string? ClassName { get; }

    /// <summary>The model's name: its folder's.</summary>
    public string Name => System.IO.Path.GetFileName(System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(Path)));

    /// <summary>Whether a folder holds a model.</summary>
    public static bool IsModel(string path) => File.Exists(System.IO.Path.Combine(path, IndexName));

    /// <summary>Reads a folder's index.</summary>
    /// <param name="path">The model's folder.</param>
    /// <exception cref="ModelException">It is missing or damaged.</exception>
    public static DiffusersFolder Open(string path)
    {
        var indexPath = System.IO.Path.Combine(path, IndexName);
        using var index = JsonFile.Open(indexPath);
        if (index.Root.ValueKind != JsonValueKind.Object)
        {
            throw new ModelException($"{indexPath} is damaged: it does not hold an object. Download it again.");
        }

        // Each component is [library, class]; [null, null] stands for an omitted one. Keys that begin with _ describe the file.
        var classes = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var property in index.Root.EnumerateObject())
        {
            if (property.Value.ValueKind == JsonValueKind.Array && property.Value.GetArrayLength() == 2
                && property.Value[1].ValueKind == JsonValueKind.String)
            {
                classes[property.Name] = property.Value[1].GetString()!;
            }
        }

        var className = index.Root.TryGetProperty("_class_name", out var named) && named.ValueKind == JsonValueKind.String ? named.GetString() : null;
        return new DiffusersFolder(path, className, classes);
    }

    /// <summary>Whether the index names a component.</summary>
    public bool Has(string component) => classes.ContainsKey(component);

    /// <summary>The class of a component; null = the index names none.</summary>
    public string? ClassOf(string component) => classes.GetValueOrDefault(component);

    /// <summary>Reads a component's <c>config.json</c> after making sure that it is of the kind expected.</summary>
    /// <param name="component">The component's folder name.</param>
    /// <param name="expectedClass">The class the index must give.</param>
    /// <exception cref="ModelException">The component is missing, of another kind, or its config cannot be read.</exception>
    public ComponentConfig Config(string component, string expectedClass)
    {
        CheckClass(component, expectedClass);
        var config = ComponentConfig.Open(FilePath(component, "config.json"));
        config.Only("_class_name", expectedClass);
        return config;
    }

    /// <summary>Reads a scheduler's <c>scheduler_config.json</c>.</summary>
    /// <param name="component">The scheduler's folder name.</param>
    public Schedulers.SchedulerSettings Scheduler(string component)
    {
        CheckClass(component, SchedulerFile.Classes);
        return SchedulerFile.Read(ComponentConfig.Open(FilePath(component, "scheduler_config.json")), classes[component]);
    }

    /// <summary>A component's weights, their headers checked.</summary>
    /// <param name="component">The component's folder name.</param>
    public ComponentWeights Weights(string component) => ComponentWeights.Open(System.IO.Path.Combine(Path, component));

    /// <summary>The path of one of a component's files.</summary>
    public string FilePath(string component, string name) => System.IO.Path.Combine(Path, component, name);

    private void CheckClass(string component, params ReadOnlySpan<string> expected)
    {
        var indexPath = System.IO.Path.Combine(Path, IndexName);
        if (!classes.TryGetValue(component, out var actual))
        {
            throw new ModelException(
                $"{indexPath} names no component '{component}', which an unCLIP model needs. Get a complete model of this kind, such as Karlo.");
        }

        if (!expected.Contains(actual))
        {
            throw new ModelException(
                $"{indexPath}: '{component}' is of the kind {ShapeNames.Printable(actual)}, which this engine does not know "
                + $"(it knows: {string.Join(", ", expected.ToArray())}).");
        }
    }
}
