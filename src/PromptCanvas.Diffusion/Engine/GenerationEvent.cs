using System.Text.Json.Serialization;
using PromptCanvas.Diffusion.Images;

namespace PromptCanvas.Diffusion.Engine;

/// <summary>Something happened to one picture of a request.</summary>
/// <param name="ImageIndex">Which picture, from 0.</param>
/// <param name="Seed">That picture's own seed.</param>
public abstract record GenerationEvent(int ImageIndex, uint Seed);

/// <summary>A picture moved one step.</summary>
/// <param name="ImageIndex">Which picture, from 0.</param>
/// <param name="Seed">That picture's own seed.</param>
/// <param name="Stage">Where it is.</param>
/// <param name="Step">Steps of this stage that are done, 1 … <paramref name="Steps"/>.</param>
/// <param name="Steps">Steps of this stage.</param>
/// <param name="Progress">Share of the picture's whole work that is done, 0 … 1.</param>
/// <param name="PredictedImage">The predicted clean picture at the stage's size, block means where that is more than <see cref="MaximumPreviewSize"/>; null in the prior and without watchers. Do not modify.</param>
public sealed record StepCompleted(
    int ImageIndex, uint Seed, GenerationStage Stage, int Step, int Steps, double Progress, SignedImage? PredictedImage)
    : GenerationEvent(ImageIndex, Seed)
{
    /// <summary>The largest side of a predicted picture, in pixels: more would cost more to show than to compute.</summary>
    public const int MaximumPreviewSize = 256;
}

/// <summary>A stage of a picture is done, and others follow. Raised only if the request asks for it.</summary>
/// <param name="ImageIndex">Which picture, from 0.</param>
/// <param name="Seed">That picture's own seed.</param>
/// <param name="Result">From where the picture can go on. Not to be changed.</param>
public sealed record StageCompleted(int ImageIndex, uint Seed, StageResult Result)
    : GenerationEvent(ImageIndex, Seed)
{
    /// <summary>How the whole picture is made; null where only parts of a picture are.</summary>
    public EffectiveRecipe? Recipe { get; init; }
}

/// <summary>A picture is finished.</summary>
/// <param name="ImageIndex">Which picture, from 0.</param>
/// <param name="Seed">That picture's own seed.</param>
/// <param name="Image">The picture at the requested size.</param>
/// <param name="ImageEmbedding">The CLIP image embedding the decoder drew from, E values, not normalised.</param>
/// <param name="Recipe">How it was made, for the picture's metadata.</param>
/// <param name="Timings">Seconds inside each stage's networks, this picture's share of shared batches.</param>
public sealed record ImageCompleted(
    int ImageIndex, uint Seed, SignedImage Image, float[] ImageEmbedding, EffectiveRecipe Recipe, IReadOnlyList<StageTiming> Timings)
    : GenerationEvent(ImageIndex, Seed);

/// <summary>A picture cannot be made (for example: not a number); its neighbours go on.</summary>
/// <param name="ImageIndex">Which picture, from 0.</param>
/// <param name="Seed">That picture's own seed.</param>
/// <param name="Reason">One sentence for the requester.</param>
public sealed record ImageFailed(int ImageIndex, uint Seed, string Reason)
    : GenerationEvent(ImageIndex, Seed)
{
    /// <summary>A numerical fault with this seed: another seed may succeed.</summary>
    public bool OfItsSeed { get; init; }
}

/// <summary>A cancelled picture was dropped; the others continue.</summary>
/// <param name="ImageIndex">Which picture, from 0.</param>
/// <param name="Seed">That picture's own seed.</param>
public sealed record ImageDropped(int ImageIndex, uint Seed)
    : GenerationEvent(ImageIndex, Seed);

/// <summary>Everything but prompt and seed that is needed to make the same picture again.</summary>
/// <param name="Model">The model's name.</param>
/// <param name="Size">The side in pixels.</param>
/// <param name="Prior">The decoder's conditioning: <c>diffusion</c>, <c>autoregressive</c>, <c>text-embedding</c>, <c>none</c>, <c>known-picture</c> where the rest of the picture does, or <c>given</c> where another picture does.</param>
/// <param name="PriorSampler">Update rule of the prior.</param>
/// <param name="PriorSteps">Steps of the prior.</param>
/// <param name="PriorGuidance">Guidance of the prior.</param>
/// <param name="DecoderSampler">Update rule of the decoder.</param>
/// <param name="DecoderSteps">Steps of the decoder.</param>
/// <param name="DecoderGuidance">Guidance of the decoder.</param>
/// <param name="SuperResolutionSteps">Steps of each upsampler used, in order.</param>
public sealed record EffectiveRecipe(
    string Model,
    int Size,
    string Prior,
    string PriorSampler,
    int PriorSteps,
    double PriorGuidance,
    string DecoderSampler,
    int DecoderSteps,
    double DecoderGuidance,
    IReadOnlyList<int> SuperResolutionSteps)
{
    /// <summary>The operation on input pictures: <c>edit</c>, <c>erase</c>, <c>extend</c>, <c>vary</c>, <c>blend</c> or <c>textdiff</c>; null = generated from a prompt.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Kind { get; init; }

    /// <summary>The negative prompt; null = none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? NegativePrompt { get; init; }

    /// <summary>Width to height, such as <c>4:3</c>, where the picture is not square.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Aspect { get; init; }

    /// <summary>Number of squares that a picture other than a square was composed of; null = it was made as a whole.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Squares { get; init; }

    /// <summary>Strength of a variation.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Strength { get; init; }

    /// <summary>Weights of a blend's inputs.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<double>? Weights { get; init; }

    /// <summary>How far along its row a frame is, 0 … 1.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Fraction { get; init; }

    /// <summary>The caption that a text difference starts from.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? From { get; init; }

    /// <summary>The caption that a text difference leads to.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? To { get; init; }

    /// <summary>Of how many samples of the prior the best was kept, where it was more than one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? PriorCandidates { get; init; }

    /// <summary>The style that was added; null = none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public StyleUse? Style { get; init; }
}
