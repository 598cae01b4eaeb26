using PromptCanvas.Diffusion.Models;
using PromptCanvas.Diffusion.Networks;
using PromptCanvas.Diffusion.Onnx.Checkpoints;
using PromptCanvas.Diffusion.Onnx.Graphs;
using PromptCanvas.Diffusion.Onnx.Memory;
using PromptCanvas.Diffusion.Onnx.Sessions;

namespace PromptCanvas.Diffusion.Onnx;

/// <summary>The models of a folder, run by ONNX Runtime. Opening one reads headers and configs; weights are read when first used.</summary>
public sealed class OnnxModelLibrary : IModelLibrary, IDisposable
{
    private const double Gigabyte = 1e9;

    // Ends the names of tables that are looked up, not multiplied.
    private const string Embedding = "_embedding.weight";

    private readonly string modelsFolder;
    private readonly ExecutionProviders[] providers;
    private readonly int[] engineProviders;
    private readonly Lock gate = new();
    private readonly Dictionary<string, (UnClipModel[] Models, string Files)> opened = new(StringComparer.Ordinal);
    private readonly List<UnClipModel> replaced = [];
    private readonly IdleNetworks idle;
    private readonly string graphCache;
    private readonly InferencePrecision precision;
    private bool disposed;

    /// <summary>The folder of the weights records, which reveal damage; null = no check.</summary>
    public string? Records { get; init; }

    /// <summary>Whether a model that does not fit into this machine's memory can be opened, to check its files or requests.</summary>
    public bool OpensTooLarge { get; init; }

    /// <summary>The memory that models must fit into.</summary>
    internal IMachineMemory Memory { get; init; } = MachineMemory.Instance;

    /// <summary>Creates a library; nothing is read yet.</summary>
    /// <param name="modelsFolder">Every subfolder with a <c>model_index.json</c> is a model; the folder need not exist.</param>
    /// <param name="defaultName">The name of the default model.</param>
    /// <param name="options">How networks are run.</param>
    /// <param name="report">Called at most once for each device, when the CPU runs the networks though it was not named, with the reason.</param>
    /// <param name="clock">Measures the idle time of networks; null = the system's clock.</param>
    /// <exception cref="System.ComponentModel.DataAnnotations.ValidationException">An option is outside its range.</exception>
    public OnnxModelLibrary(string modelsFolder, string defaultName, InferenceOptions options, Action<ProviderNotice>? report = null, TimeProvider? clock = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(modelsFolder);
        ArgumentException.ThrowIfNullOrEmpty(defaultName);
        ArgumentNullException.ThrowIfNull(options);
        options.ThrowIfInvalid();
        this.modelsFolder = Path.GetFullPath(modelsFolder);
        DefaultName = defaultName;
        graphCache = options.GraphCache;
        precision = options.Precision;
        var devices = options.EngineDevices();
        var distinct = devices.Distinct().ToList();
        providers = [.. distinct.Select(device => new ExecutionProviders(options, device, report))];
        engineProviders = [.. devices.Select(device => distinct.IndexOf(device))];
        idle = new IdleNetworks(
            TimeSpan.FromMinutes(options.KeepLoadedMinutes), clock ?? TimeProvider.System, text => report?.Invoke(new ProviderNotice(text, IsFault: true)), (long)(options.MemoryGigabytes * Gigabyte));
    }

    /// <inheritdoc/>
    public string DefaultName { get; }

    /// <inheritdoc/>
    /// <remarks>An accelerator that did not come up is a CPU here.</remarks>
    public string Device => string.Join(", ", providers.Select(provider => provider.Name(providers.Length > 1)).Distinct());

    /// <inheritdoc/>
    public IReadOnlyList<string> List()
    {
        try
        {
            return [.. Directory.EnumerateDirectories(modelsFolder).Where(DiffusersFolder.IsModel).Select(Path.GetFileName).Order(StringComparer.Ordinal)!];
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // Missing, not a folder, or closed to this user: it offers no models here.
            return [];
        }
    }

    /// <inheritdoc/>
    public UnClipModel Open(string name) => OpenEverywhere(FolderOf(name))[0];

    /// <inheritdoc/>
    /// <remarks>Engines on the same device share one model and its weights.</remarks>
    public IReadOnlyList<UnClipModel> OpenForEngines(string name)
    {
        var models = OpenEverywhere(FolderOf(name));
        return Array.ConvertAll(engineProviders, provider => models[provider]);
    }

    /// <summary>Opens a model by its folder, wherever it is; the second call for the same folder gives the same model, unless its files were replaced meanwhile.</summary>
    /// <remarks>A model whose files were replaced stays usable by its holders for as long as its networks are loaded.</remarks>
    /// <param name="path">A folder with a <c>model_index.json</c>.</param>
    /// <exception cref="ModelException">There is no model, or it is damaged or of an unknown kind.</exception>
    public UnClipModel OpenFolder(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return OpenEverywhere(path)[0];
    }

    /// <summary>The disk and memory that a model needs, before any of it is loaded, and the memory that this machine has.</summary>
    /// <param name="path">A folder with a <c>model_index.json</c>.</param>
    /// <param name="graphCache">The folder where earlier starts left their measurements; empty = there is none.</param>
    /// <param name="precision">The precision that is set.</param>
    /// <exception cref="ModelException">There is no model, or its weights are missing or damaged.</exception>
    public static ModelNeeds Needs(string path, string graphCache = "", InferencePrecision precision = InferencePrecision.Auto)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var (disk, memory, largest, run, most) = (0L, 0L, 0L, 0L, 0L);
        foreach (var folder in KandinskyFolder.IsJoined(path) ? KandinskyFolder.Open(path).Parts : [DiffusersFolder.Open(path)])
        {
            var runs = RunMemory.Of(folder, path);
            foreach (var component in ComponentNames.Networks.Where(folder.Has))
            {
                var files = folder.Weights(component).Files;
                var bytes = files.Sum(file => file.Tensors.Values.Sum(tensor => MemoryOf(tensor, precision)));
                disk += files.Sum(file => file.Length);
                memory += bytes;
                var row = runs.GetValueOrDefault(component);
                most = Math.Max(most, bytes + row.Largest);
                if (bytes + row.Smallest > largest + run)
                {
                    (largest, run) = (bytes, row.Smallest);
                }
            }
        }

        var (first, later) = MemoryRecord.Read(graphCache, ModelFiles.Fingerprint(path));
        return new ModelNeeds(disk, memory)
        {
            LargestNetwork = largest,
            Run = run,
            LargestPicture = most - largest - run,
            Machine = MachineMemory.Instance.Total,
            IsQuantized = precision == InferencePrecision.Int8,
            MeasuredFirstStart = first,
            MeasuredLaterStart = later,
        };
    }

    /// <summary>How pictures will differ from those of the reference with the model's own scheduler, in a sentence; null = they do not.</summary>
    /// <param name="path">A folder with a <c>model_index.json</c>.</param>
    /// <exception cref="ModelException">There is no model.</exception>
    public static string? SchedulerNote(string path) =>
        DiffusersFolder.Open(path) is var folder && StableUnClipFolder.Is(folder) && folder.ClassOf(ComponentNames.Scheduler) == SchedulerFile.Pndm
            ? "Its scheduler is PNDM: the noise schedule is read from its file, but the steps are those of the sampler in the recipe, so pictures differ from PNDM's."
            : null;

    /// <summary>What a model will need that is not on this machine yet.</summary>
    /// <param name="disk">Bytes of its weights' files.</param>
    /// <param name="memory">Bytes of its weights as 32-bit floats.</param>
    /// <param name="largestNetwork">The same of its largest network.</param>
    /// <param name="precision">The precision that is set. With <see cref="InferencePrecision.Int8"/> all weights count as 8-bit ones, because the files' sizes do not tell which will be.</param>
    public static ModelNeeds Forecast(long disk, long memory, long largestNetwork, InferencePrecision precision = InferencePrecision.Auto) =>
        precision == InferencePrecision.Int8
            ? new(disk, QuantizedLinears.BytesOf(1, memory / sizeof(float))) { LargestNetwork = QuantizedLinears.BytesOf(1, largestNetwork / sizeof(float)), Machine = MachineMemory.Instance.Total, IsQuantized = true }
            : new(disk, memory) { LargestNetwork = largestNetwork, Machine = MachineMemory.Instance.Total };

    /// <summary>Whether a network of this library's has its weights in memory now.</summary>
    /// <param name="network">Of a model that <see cref="Open"/> gave.</param>
    public static bool IsLoaded(INetwork network) => network is OnnxNetwork { IsLoaded: true };

    /// <summary>Disposes of every opened model.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            RecordPeak();
            disposed = true;
            foreach (var model in opened.Values.SelectMany(known => known.Models).Concat(replaced))
            {
                model.Dispose();
            }

            // After the networks: loads that are not finished take their turns there.
            idle.Dispose();
            opened.Clear();
            replaced.Clear();
        }
    }

    /// <summary>Keeps this process's peak for a model that had the process to itself.</summary>
    private void RecordPeak()
    {
        if (!disposed && opened.Count == 1 && replaced.Count == 0 && opened.Values.Single().Models[0] is var model && model.Networks.Any(HasRun))
        {
            MemoryRecord.Write(graphCache, model.Fingerprint, MachineMemory.Peak, Array.Exists(providers, device => device.Graphs is { HasWritten: true }));
        }
    }

    // As the graphs decide it, by names and shapes only: the configs need not be read.
    private static long MemoryOf(TensorEntry tensor, InferencePrecision precision) =>
        precision == InferencePrecision.Int8 && tensor.Shape.Count == 2 && QuantizedLinears.IsLargeEnough(tensor.Shape[0], tensor.Shape[1]) && !tensor.Name.EndsWith(Embedding, StringComparison.Ordinal)
            ? QuantizedLinears.BytesOf(tensor.Shape[0], tensor.Shape[1])
            : tensor.Count * sizeof(float);

    private static bool HasRun(INetwork network) => network is OnnxNetwork { HasRun: true };

    private string FolderOf(string name)
    {
        ArgumentNullException.ThrowIfNull(name);

        // Only listed models can be opened, so a name cannot lead out of the folder.
        var names = List();
        if (names.Contains(name, StringComparer.Ordinal))
        {
            return Path.Combine(modelsFolder, name);
        }

        throw new ModelException(names.Count > 0
            ? $"There is no model '{ShapeNames.Printable(name)}' in {modelsFolder}; choose one of: {string.Join(", ", names)}."
            : $"There is no model in {modelsFolder}. Put one there: a folder with a {DiffusersFolder.IndexName}, such as the starter's.");
    }

    /// <summary>The model on each distinct device.</summary>
    private UnClipModel[] OpenEverywhere(string path)
    {
        var folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            var files = ModelFiles.Stamp(folder);
            if (opened.TryGetValue(folder, out var known) && known.Files == files)
            {
                return known.Models;
            }

            var models = Array.ConvertAll(providers, device => UnClipModelReader.Read(folder, device, idle));
            if (!OpensTooLarge && (Needs(folder, precision: precision) with { Machine = Memory.Total }).Refusal is { } refusal)
            {
                throw new ModelException($"{Path.GetFileName(folder)} cannot run on this machine: {refusal}");
            }

            if (Records is not null)
            {
                WeightsRecord.Check(folder, Path.Combine(Records, $"{Path.GetFileName(folder)}.sha256"));
            }

            if (known.Models is not null)
            {
                replaced.AddRange(known.Models);
            }

            opened[folder] = (models, files);
            return models;
        }
    }
}
