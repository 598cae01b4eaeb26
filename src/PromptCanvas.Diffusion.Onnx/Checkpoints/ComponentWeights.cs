using System.Text.Json;

namespace PromptCanvas.Diffusion.Onnx.Checkpoints;

/// <summary>The weights of one component: one safetensors file, or the shards of an index.</summary>
internal sealed class ComponentWeights
{
    /// <summary>diffusers' names and transformers'.</summary>
    private static readonly string[] Stems = ["diffusion_pytorch_model", "model"];

    /// <summary>In the order of preference: full precision, half, bfloat16, and weights without the averaging of training.</summary>
    private static readonly string[] Variants = ["", "fp16", "bf16", "non_ema"];

    private static readonly string[] FileNames = [.. Variants.SelectMany(NamesOf)];

    private static readonly string[] PickleEndings = [".bin", ".pt", ".pth", ".ckpt"];

    private readonly Dictionary<string, SafetensorsFile> owners = new(StringComparer.Ordinal);

    private ComponentWeights(string shownName, IReadOnlyList<SafetensorsFile> files)
    {
        ShownName = shownName;
        Files = files;
        foreach (var file in files)
        {
            foreach (var name in file.Tensors.Keys)
            {
                if (!owners.TryAdd(name, file))
                {
                    throw new ModelException(
                        $"{shownName}: the tensor '{ShapeNames.Printable(name)}' is in two shards, {owners[name].ShownName} and {file.ShownName}.");
                }
            }
        }

        Folder = CommonFolder(files);
    }

    /// <summary>The weights file or index as a message names it.</summary>
    public string ShownName { get; }

    /// <summary>The files the tensors are in.</summary>
    public IReadOnlyList<SafetensorsFile> Files { get; }

    /// <summary>The innermost folder that holds every file; locations are relative to it.</summary>
    public string Folder { get; }

    /// <summary>The names of all tensors.</summary>
    public IReadOnlyCollection<string> Names => owners.Keys;

    /// <summary>Finds a component's weights in its folder and checks their headers.</summary>
    /// <param name="folder">The component's folder.</param>
    /// <exception cref="ModelException">There are none, or they are damaged.</exception>
    public static ComponentWeights Open(string folder)
    {
        foreach (var name in FileNames)
        {
            var path = Path.Combine(folder, name);
            if (File.Exists(path) || new FileInfo(path).LinkTarget is not null)
            {
                var files = name.EndsWith(".json", StringComparison.Ordinal) ? OpenShards(folder, path) : [SafetensorsFile.Open(path)];
                return new ComponentWeights(path, files);
            }
        }

        throw Missing(folder);
    }

    /// <summary>A tensor's entry; null when no file has it.</summary>
    public TensorEntry? Find(string name) => owners.TryGetValue(name, out var file) ? file.Tensors[name] : null;

    /// <summary>The path of the file a tensor is in, relative to <see cref="Folder"/>, with forward slashes.</summary>
    public string Location(string name) =>
        Path.GetRelativePath(Folder, owners[name].Path).Replace(Path.DirectorySeparatorChar, '/');

    /// <summary>Reads a tensor's values as 32-bit floats.</summary>
    public float[] ReadFloats(string name) => owners.TryGetValue(name, out var file)
        ? file.ReadFloats(name)
        : throw new ModelException($"{ShownName} has no tensor '{ShapeNames.Printable(name)}'.");

    /// <summary>Reads a tensor's bytes as they are stored, a piece at a time.</summary>
    /// <param name="name">The tensor's name.</param>
    /// <param name="values">Values of a piece; the last may have fewer.</param>
    /// <exception cref="ModelException">There is no such tensor, or the file cannot be read.</exception>
    public IEnumerable<ReadOnlyMemory<byte>> ReadPieces(string name, int values) => owners.TryGetValue(name, out var file)
        ? file.ReadPieces(name, values)
        : throw new ModelException($"{ShownName} has no tensor '{ShapeNames.Printable(name)}'.");

    /// <summary>Refuses to go on when a file is no longer the one whose header was read.</summary>
    public void ThrowIfChanged()
    {
        foreach (var file in Files)
        {
            file.ThrowIfChanged();
        }
    }

    /// <summary>The names of one variant: whole before sharded. The libraries have written the index's name in both orders.</summary>
    private static IEnumerable<string> NamesOf(string variant)
    {
        var middle = variant.Length > 0 ? $".{variant}" : "";
        return
        [
            .. Stems.Select(stem => $"{stem}{middle}.safetensors"),
            .. Stems.Select(stem => $"{stem}.safetensors.index{middle}.json"),
            .. Stems.Where(_ => variant.Length > 0).Select(stem => $"{stem}{middle}.safetensors.index.json"),
        ];
    }

    private static ModelException Missing(string folder)
    {
        if (HasPickles(folder))
        {
            return new ModelException(
                $"{folder} has its weights only as pickles, which can run code when they are read. Get the .safetensors version of this model.");
        }

        var other = Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*.safetensors").Select(Path.GetFileName).Order(StringComparer.Ordinal).FirstOrDefault() : null;
        return new ModelException(other is null
            ? $"{folder} has no weights: {FileNames[0]} or {FileNames[1]} is missing."
            : $"{folder} has {ShapeNames.Printable(other)}, which is not a name the engine knows, and {FileNames[0]} is missing. Rename the file if it holds the weights.");
    }

    private static bool HasPickles(string folder) =>
        Directory.Exists(folder)
        && Directory.EnumerateFiles(folder).Any(file => PickleEndings.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase));

    private static List<SafetensorsFile> OpenShards(string folder, string indexPath)
    {
        using var index = JsonFile.Open(indexPath);
        if (index.Root.ValueKind != JsonValueKind.Object
            || !index.Root.TryGetProperty("weight_map", out var map) || map.ValueKind != JsonValueKind.Object)
        {
            throw new ModelException($"{indexPath} is damaged: it has no 'weight_map'. Download it again.");
        }

        var shards = new SortedDictionary<string, SafetensorsFile>(StringComparer.Ordinal);
        foreach (var property in map.EnumerateObject())
        {
            var shardName = property.Value.ValueKind == JsonValueKind.String ? property.Value.GetString()! : "";
            if (!shards.TryGetValue(shardName, out var shard))
            {
                shard = SafetensorsFile.Open(ShardPath(folder, indexPath, shardName));
                shards.Add(shardName, shard);
            }

            if (!shard.Tensors.ContainsKey(property.Name))
            {
                throw new ModelException(
                    $"{shard.ShownName} lacks the tensor '{ShapeNames.Printable(property.Name)}', which {indexPath} says it has. Download both again.");
            }
        }

        return [.. shards.Values];
    }

    /// <summary>A shard is a plain file name in the component's own folder: an index cannot point anywhere else.</summary>
    private static string ShardPath(string folder, string indexPath, string shardName)
    {
        var plain = shardName.EndsWith(".safetensors", StringComparison.Ordinal)
            && shardName.IndexOfAny(['/', '\\', ':', '\0']) < 0
            && Path.GetFileName(shardName) == shardName;
        return plain
            ? Path.Combine(folder, shardName)
            : throw new ModelException(
                $"{indexPath} names the file '{ShapeNames.Printable(shardName)}', which is not a .safetensors file next to it. Do not use this model.");
    }

    private static string CommonFolder(IReadOnlyList<SafetensorsFile> files)
    {
        if (files.Count == 0)
        {
            return Path.GetPathRoot(Path.GetFullPath("."))!;
        }

        var common = Path.GetDirectoryName(files[0].Path)!;
        foreach (var file in files)
        {
            while (!IsInside(common, file.Path))
            {
                common = Path.GetDirectoryName(common)
                    ?? throw new ModelException($"{file.ShownName} and {files[0].ShownName} are on different drives. Put the shards of a model on one.");
            }
        }

        return common;
    }

    private static bool IsInside(string folder, string path) =>
        path.StartsWith(Path.EndsInDirectorySeparator(folder) ? folder : folder + Path.DirectorySeparatorChar, StringComparison.Ordinal);
}
