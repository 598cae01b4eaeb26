using PromptCanvas.Diffusion.Models;
using PromptCanvas.Diffusion.Schedulers;

namespace PromptCanvas.Diffusion.Onnx.Checkpoints;

/// <summary>Reads <c>recipe.json</c>: every key is optional, unknown keys are ignored, an absent file is Karlo's recipe.</summary>
internal static class RecipeFile
{
    /// <summary>The file's name, next to <c>model_index.json</c>.</summary>
    public const string FileName = "recipe.json";

    private const int MaximumCandidates = 16;

    /// <summary>The profiles a file may have: fewer steps for a draft, more for the best result.</summary>
    private static readonly string[] ProfileNames = ["fast", "best"];

    /// <summary>Reads a model's defaults.</summary>
    /// <param name="folder">The model's folder.</param>
    /// <param name="defaults">The recipe of its kind, with the sides of the pictures its stages make.</param>
    /// <param name="makes">Whether the model makes a side; null = those of the defaults and no others.</param>
    /// <exception cref="ModelException">A value is bad.</exception>
    public static ModelRecipe Read(string folder, ModelRecipe defaults, Predicate<int>? makes = null)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
        {
            return defaults;
        }

        var config = ComponentConfig.Open(path);
        var recipe = ReadStages(config, defaults) with
        {
            Sizes = config.Has("sizes") ? ReadSizes(config, defaults.Sizes, makes) : defaults.Sizes,
            AutoregressivePrior = ReadTokens(config.Section("priorAutoregressive"), defaults.AutoregressivePrior),
            PriorCandidates =
                config.Section("prior")?.Whole("candidates", defaults.PriorCandidates, 1, MaximumCandidates) ?? defaults.PriorCandidates,
            InversionSteps = config.Section("inversion")?.Whole("steps", defaults.InversionSteps, 2, 1000) ?? defaults.InversionSteps,
            CaptionTokens = config.Flag("captionTokens", defaults.CaptionTokens),
            NoiseLevel = config.Section("decoder")?.Whole("noiseLevel", defaults.NoiseLevel, 0, 999) ?? defaults.NoiseLevel,
        };
        var profiles = new Dictionary<string, ModelRecipe>(StringComparer.Ordinal);
        foreach (var name in ProfileNames)
        {
            if (config.Section("profiles")?.Section(name) is { } profile)
            {
                profiles.Add(name, ReadStages(profile, recipe));
            }
        }

        return recipe with { Profiles = profiles };
    }

    /// <summary>The stages of a file or of a profile inside it; missing keys keep the defaults.</summary>
    private static ModelRecipe ReadStages(ComponentConfig config, ModelRecipe defaults)
    {
        var first = ReadStage(config.Section("superResolution"), defaults.SuperResolutionStage(0));
        var second = config.Section("superResolution1024");
        var hasSecond = second is not null || defaults.SuperResolution.Count > 1;
        return defaults with
        {
            Prior = ReadStage(config.Section("prior"), defaults.Prior),
            Decoder = ReadStage(config.Section("decoder"), defaults.Decoder),
            SuperResolution = hasSecond ? [first, ReadStage(second, defaults.SuperResolution.Count > 1 ? defaults.SuperResolution[1] : first)] : [first],
        };
    }

    private static TokenRecipe ReadTokens(ComponentConfig? section, TokenRecipe defaults) => section is null
        ? defaults
        : new TokenRecipe(
            section.Number("temperature", defaults.Temperature, 0, 10), section.Number("guidance", defaults.GuidanceScale, 0, 50));

    private static StageRecipe ReadStage(ComponentConfig? section, StageRecipe defaults)
    {
        if (section is null)
        {
            return defaults;
        }

        var sampler = section.Has("sampler")
            ? section.Word("sampler", null, "dpm-solver++", "ddim", "ancestral") switch
            {
                "dpm-solver++" => SamplerKind.DpmSolverPlusPlus,
                "ddim" => SamplerKind.Ddim,
                _ => SamplerKind.Ancestral,
            }
            : defaults.Sampler;
        return new StageRecipe(sampler, section.Whole("steps", defaults.Steps, 2, 1000))
        {
            GuidanceScale = section.Number("guidance", defaults.GuidanceScale, 0, 50),
            GuidanceInterval = section.Has("guidanceInterval") ? ReadInterval(section) : defaults.GuidanceInterval,
            Eta = section.Number("eta", defaults.Eta, 0, 1),
        };
    }

    private static GuidanceInterval ReadInterval(ComponentConfig section)
    {
        var interval = section.NumberList("guidanceInterval", 2);
        return interval is [>= 0, <= 1] && interval[0] <= interval[1]
            ? new GuidanceInterval(interval[0], interval[1])
            : throw section.Contradiction("'guidanceInterval' must be two numbers from 0 to 1, the smaller one first");
    }

    private static int[] ReadSizes(ComponentConfig config, IReadOnlyList<int> madeSizes, Predicate<int>? makes)
    {
        var sizes = config.WholeList("sizes");
        for (var index = 0; index < sizes.Length; index++)
        {
            if (!(makes?.Invoke(sizes[index]) ?? madeSizes.Contains(sizes[index])) || (index > 0 && sizes[index] <= sizes[index - 1]))
            {
                throw config.Contradiction(
                    $"'sizes' must be ascending and among those the model's stages make (such as {string.Join(", ", madeSizes)})");
            }
        }

        return sizes;
    }
}
