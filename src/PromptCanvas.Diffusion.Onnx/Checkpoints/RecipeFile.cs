using PromptCanvas.Diffusion.Models;
using PromptCanvas.Diffusion.Schedulers;

namespace PromptCanvas.Diffusion.Onnx.Checkpoints;

/// <summary>Reads <c>recipe.json</c>: every key is optional, unknown keys are left alone, an absent file is Karlo's recipe.</summary>
internal static class RecipeFile
{
    /// <summary>The file's name, next to <c>model_index.json</c>.</summary>
    public const string FileName = "recipe.json";

    private const int MaximumCandidates = 16;

    /// <summary>The profiles a file may have: fewer steps for a draft, more for the best result.</summary>
    private static readonly string[] ProfileNames = ["fast", "best"];

    /// <summary>Reads a model's defaults.</summary>
    /// <param name="folder">The model's folder.</param>
    /// <param name="madeSizes">The sides of the pictures its stages make, ascending.</param>
    /// <exception cref="ModelException">A value is bad.</exception>
    public static ModelRecipe Read(string folder, IReadOnlyList<int> madeSizes)
    {
        var path = Path.Combine(folder, FileName);
        var karlo = ModelRecipe.Karlo with { Sizes = madeSizes };
        if (!File.Exists(path))
        {
            return karlo;
        }

        var config = ComponentConfig.Open(path);
        var recipe = ReadStages(config, karlo) with
        {
            Sizes = config.Has("sizes") ? ReadSizes(config, madeSizes) : madeSizes,
            AutoregressivePrior = ReadTokens(config.Section("priorAutoregressive"), karlo.AutoregressivePrior),
            PriorCandidates = config.Section("prior")?.Whole("candidates", karlo.PriorCandidates, 1, MaximumCandidates) ?? karlo.PriorCandidates,
            InversionSteps = config.Section("inversion")?.Whole("steps", karlo.InversionSteps, 2, 1000) ?? karlo.InversionSteps,
            CaptionTokens = config.Flag("captionTokens", karlo.CaptionTokens),
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

    private static int[] ReadSizes(ComponentConfig config, IReadOnlyList<int> madeSizes)
    {
        var sizes = config.WholeList("sizes");
        for (var index = 0; index < sizes.Length; index++)
        {
            if (!madeSizes.Contains(sizes[index]) || (index > 0 && sizes[index] <= sizes[index - 1]))
            {
                throw config.Contradiction(
                    $"'sizes' must be ascending and among those the model's stages make ({string.Join(", ", madeSizes)})");
            }
        }

        return sizes;
    }
}
