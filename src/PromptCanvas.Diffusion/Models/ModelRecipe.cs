using PromptCanvas.Diffusion.Schedulers;

namespace PromptCanvas.Diffusion.Models;

/// <summary>A model's defaults: <c>recipe.json</c> next to its <c>model_index.json</c>; absent = Karlo's.</summary>
public sealed record ModelRecipe
{
    /// <summary>The prior's defaults.</summary>
    public required StageRecipe Prior { get; init; }

    /// <summary>The decoder's defaults.</summary>
    public required StageRecipe Decoder { get; init; }

    /// <summary>The upsamplers' defaults, in order; upsamplers beyond the list use its last entry. Guidance does not apply.</summary>
    public required IReadOnlyList<StageRecipe> SuperResolution { get; init; }

    /// <summary>The sides of the pictures the model makes, in pixels, ascending.</summary>
    public required IReadOnlyList<int> Sizes { get; init; }

    /// <summary>How the autoregressive prior draws its tokens.</summary>
    public TokenRecipe AutoregressivePrior { get; init; } = new(1, 2);

    /// <summary>How many image embeddings are drawn for each picture, of which the one closest to the text is kept.</summary>
    /// <value>1.</value>
    public int PriorCandidates { get; init; } = 1;

    /// <summary>Steps of DDIM from a picture to its noise, each corrected twice, and back to a picture.</summary>
    /// <value>20.</value>
    public int InversionSteps { get; init; } = 30;

    /// <summary>Whether the decoder sees the caption's tokens; otherwise it sees those of the empty prompt, with the image embedding.</summary>
    public bool CaptionTokens { get; init; } = true;

    /// <summary>The timestep whose noise the image embedding gets in front of a decoder that takes noised embeddings; 0 = the least.</summary>
    /// <value>0.</value>
    public int NoiseLevel { get; init; }

    /// <summary>Other defaults by name, such as <c>fast</c> and <c>best</c>; they have no profiles of their own.</summary>
    public IReadOnlyDictionary<string, ModelRecipe> Profiles { get; init; } = new Dictionary<string, ModelRecipe>();

    /// <summary>The recipe of an upsampler; the last one listed also applies to those after it.</summary>
    /// <param name="index">The upsampler, from 0.</param>
    public StageRecipe SuperResolutionStage(int index) => SuperResolution[Math.Min(index, SuperResolution.Count - 1)];

    /// <summary>Karlo v1 alpha's own defaults: 25 + 25 + 7 ancestral steps, guidance 4 and 8, 256².</summary>
    public static ModelRecipe Karlo { get; } = new()
    {
        Prior = new StageRecipe(SamplerKind.Ancestral, 25) { GuidanceScale = 4 },
        Decoder = new StageRecipe(SamplerKind.Ancestral, 25) { GuidanceScale = 8 },
        SuperResolution = [new StageRecipe(SamplerKind.Ancestral, 7)],
        Sizes = [64, 256],
    };

    /// <summary>Kandinsky 2.2's: 25 + 50 ancestral steps as in its examples, guidance 4 and 4, 512² to 1024².</summary>
    public static ModelRecipe Kandinsky22 { get; } = new()
    {
        Prior = new StageRecipe(SamplerKind.Ancestral, 25) { GuidanceScale = 4 },
        Decoder = new StageRecipe(SamplerKind.Ancestral, 50) { GuidanceScale = 4 },
        SuperResolution = [new StageRecipe(SamplerKind.Ancestral, 2)],
        Sizes = [512, 768, 1024],
    };

    /// <summary>Stable unCLIP's: the prior as in Karlo, 20 steps of DPM-Solver++ with guidance 10 where its pipeline takes 20 of PNDM, 512² to 768².</summary>
    public static ModelRecipe StableUnClip { get; } = new()
    {
        Prior = new StageRecipe(SamplerKind.Ancestral, 25) { GuidanceScale = 4 },
        Decoder = new StageRecipe(SamplerKind.DpmSolverPlusPlus, 20) { GuidanceScale = 10 },
        SuperResolution = [new StageRecipe(SamplerKind.Ancestral, 2)],
        Sizes = [512, 768],
    };
}

/// <summary>One stage's sampler, steps and guidance.</summary>
/// <param name="Sampler">The update rule.</param>
/// <param name="Steps">Network evaluations of one picture, guidance not counted; 2 or more.</param>
public sealed record StageRecipe(SamplerKind Sampler, int Steps)
{
    /// <summary>w in uncond + w·(cond − uncond); 1 = off.</summary>
    public double GuidanceScale { get; init; } = 1;

    /// <summary>The part of the step list inside which guidance is on.</summary>
    public GuidanceInterval GuidanceInterval { get; init; } = GuidanceInterval.Always;

    /// <summary>DDIM's η: 0 = deterministic, 1 = ancestral noise. Other samplers ignore it.</summary>
    public double Eta { get; init; }
}

/// <summary>How tokens are drawn from a network's logits.</summary>
/// <param name="Temperature">Divides the logits; 0 = always the likeliest token.</param>
/// <param name="GuidanceScale">w in uncond + w·(cond − uncond), on logits; 1 = off.</param>
public sealed record TokenRecipe(double Temperature, double GuidanceScale);

/// <summary>Fractions of the step list between which guidance is on: step k of N is guided when round(Start·N) ≤ k &lt; round(End·N), halves to even.</summary>
/// <param name="Start">0 … 1.</param>
/// <param name="End">Start … 1.</param>
/// <remarks>Source: Kynkäänniemi et al. (2024), guidance in a limited interval.</remarks>
public readonly record struct GuidanceInterval(double Start, double End)
{
    /// <summary>Every step is guided.</summary>
    public static GuidanceInterval Always => new(0, 1);

    /// <summary>Whether a step is guided.</summary>
    /// <param name="step">Loop counter, 0 … steps − 1.</param>
    /// <param name="steps">The number of steps.</param>
    public bool Contains(int step, int steps) => step >= Math.Round(Start * steps) && step < Math.Round(End * steps);
}
