using System.Text.Json;

namespace PromptCanvas.ModelHub;

/// <summary>Chooses the files of a diffusers repository that the engine reads: configurations, tokenizers and one set of safetensors for each component.</summary>
internal static class NeededFiles
{
    public const string Index = "model_index.json";

    // In the order in which the engine prefers them: plain, then these.
    private static readonly string[] Variants = ["fp16", "bf16", "non_ema"];

    private static readonly string[] RootFiles = [Index, "recipe.json", "captions.txt", "LICENSE", "LICENSE.txt", "LICENSE.md", "README.md"];

    private static readonly string[] SmallFiles =
        ["config.json", "scheduler_config.json", "preprocessor_config.json", "vocab.json", "merges.txt", "tokenizer_config.json", "special_tokens_map.json"];

    private static readonly string[] PickleEndings = [".bin", ".pt", ".pth", ".ckpt"];

    /// <summary>The components that an index names; a safety checker is not one of the engine's.</summary>
    public static IReadOnlyList<string> Components(JsonElement index) =>
        [.. index.EnumerateObject().Where(entry => entry.Name != "safety_checker" && IsComponent(entry.Value)).Select(entry => entry.Name)];

    /// <summary>Whether a file holds weights, whole or in part.</summary>
    public static bool IsWeights(HubFile file) => file.Path.EndsWith(".safetensors", StringComparison.Ordinal) && file.Path.Contains('/', StringComparison.Ordinal);

    /// <summary>Whether the name says that its weights are 16-bit floats.</summary>
    public static bool IsHalf(HubFile file) => VariantOf(NameOf(file)) is "fp16" or "bf16";

    /// <param name="isWhole">Whether the repository's own index and texts are taken too.</param>
    /// <param name="half">Whether 16-bit weights are preferred where there are both.</param>
    /// <exception cref="ModelHubException">A component has no weights that the engine reads.</exception>
    public static IReadOnlyList<HubFile> Choose(HubRepository repository, IReadOnlyList<string> components, bool isWhole, bool half)
    {
        var chosen = repository.Files.Where(file => isWhole && RootFiles.Contains(file.Path)).ToList();
        foreach (var component in components)
        {
            var files = repository.Files.Where(file => file.Path.StartsWith($"{component}/", StringComparison.Ordinal) && file.Path.LastIndexOf('/') == component.Length).ToList();
            chosen.AddRange(files.Where(file => SmallFiles.Contains(NameOf(file))));
            chosen.AddRange(Weights(repository, component, files, half));
        }

        return chosen.Find(file => file.Size < 0 || (file.Sha256 is null && file.GitBlob is null)) is { } unknown
            ? throw new ModelHubException($"{repository.Name}: the hub gives no size and checksum of {unknown.Path}, so the download could not be checked. Use a hub that does.")
            : chosen;
    }

    private static List<HubFile> Weights(HubRepository repository, string component, List<HubFile> files, bool half)
    {
        var sets = files.Where(file => NameOf(file).EndsWith(".safetensors", StringComparison.Ordinal) || NameOf(file).Contains(".safetensors.index.", StringComparison.Ordinal))
            .GroupBy(file => VariantOf(NameOf(file))).ToDictionary(set => set.Key, set => set.ToList());
        if (sets.Count == 0)
        {
            return files.Exists(file => PickleEndings.Any(file.Path.EndsWith)) && !files.Exists(file => NameOf(file) is "scheduler_config.json" or "vocab.json")
                ? throw new ModelHubException(
                    $"{repository.Name}: {component} has only pickled weights, which can run code when they are opened. Ask its publisher for safetensors, or choose a revision that has them.")
                : [];
        }

        string[] order = half ? ["fp16", "", "bf16", "non_ema"] : ["", .. Variants];
        var set = sets[Array.Find(order, sets.ContainsKey) ?? sets.Keys.First()];

        // Published both whole and in shards: the whole file is enough.
        var whole = set.Find(file => !NameOf(file).Contains("-of-", StringComparison.Ordinal) && NameOf(file).EndsWith(".safetensors", StringComparison.Ordinal));
        return whole is null ? set : [whole];
    }

    /// <summary>The part between the stem and the ending: <c>model.fp16.safetensors</c>, <c>model.fp16-00001-of-00002.safetensors</c>, <c>model.safetensors.index.fp16.json</c>.</summary>
    private static string VariantOf(string name) => Variants.FirstOrDefault(variant => name.Contains($".{variant}.", StringComparison.Ordinal) || name.Contains($".{variant}-", StringComparison.Ordinal)) ?? "";

    private static bool IsComponent(JsonElement value) =>
        value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == 2 && value[1].ValueKind == JsonValueKind.String;

    private static string NameOf(HubFile file) => file.Path[(file.Path.LastIndexOf('/') + 1)..];
}
