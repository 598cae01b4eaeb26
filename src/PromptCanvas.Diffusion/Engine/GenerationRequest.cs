using System.Text.Json.Serialization;

namespace PromptCanvas.Diffusion.Engine;

/// <summary>A request for one or several pictures of one prompt.</summary>
public sealed record GenerationRequest
{
    /// <summary>The longest prompt accepted, in code points.</summary>
    public const int MaximumPromptLength = 1000;

    /// <summary>The largest number of pictures of one request.</summary>
    public const int MaximumCount = 10;

    /// <summary>The largest number of frames of a row.</summary>
    public const int MaximumFrames = 32;

    /// <summary>
    /// The text; 1 … <see cref="MaximumPromptLength"/> characters, or none where there is an <see cref="Origin"/> or under
    /// <see cref="ConditioningMode.KnownPicture"/>.
    /// </summary>
    public required string Prompt { get; init; }

    /// <summary>The negative prompt, which guidance steers away from; null = the empty prompt.</summary>
    public string? NegativePrompt { get; init; }

    /// <summary>S; picture i has seed S + i (unsigned 32 bits).</summary>
    public required uint Seed { get; init; }

    /// <summary>Each picture's own seed, by index, where they are not S + i; null = they are.</summary>
    public IReadOnlyList<uint>? Seeds { get; init; }

    /// <summary>How many pictures, 1 … <see cref="MaximumCount"/>.</summary>
    public int Count { get; init; } = 4;

    /// <summary>The pictures still to be made, by index; null = all of them. A resumed job names the unfinished ones.</summary>
    public IReadOnlyList<int>? ImageIndices { get; init; }

    /// <summary>The side of the finished pictures in pixels: 64, 256, 512 or 1024.</summary>
    public int Size { get; init; } = 1024;

    /// <summary>Width to height; <see cref="Size"/> is the longer side. Models of pixels make square pictures only.</summary>
    /// <value>Square.</value>
    public AspectRatio Aspect { get; init; } = AspectRatio.Square;

    /// <summary>The origin of pictures that are not made from a prompt; null = the prompt.</summary>
    public PictureOrigin? Origin { get; init; }

    /// <summary>The part of the picture that stays as it is; null = all of it is painted.</summary>
    public Images.KnownRegion? Known { get; init; }

    /// <summary>The requester; device time is shared between people, not requests.</summary>
    public string Person { get; init; } = "";

    /// <summary>Steps and guidance that differ from the model's recipe.</summary>
    public RecipeOverrides Overrides { get; init; } = RecipeOverrides.None;

    /// <summary>Called with a picture's index before its predicted picture is published: false = no watcher, so it is not copied. Null = always publish.</summary>
    public Func<int, bool>? PreviewsWanted { get; init; }

    /// <summary>Asked about each picture, by index, before and during each step: false = drop it, the others go on. Null = all are wanted. Must be quick, and safe for any thread.</summary>
    public Func<int, bool>? PictureWanted { get; init; }

    /// <summary>Whether a <see cref="StageCompleted"/> follows each stage but the last.</summary>
    public bool ReportsStages { get; init; }

    /// <summary>Checkpoints of pictures that resume after a stage, by index; those that do not fit the model are ignored. Null = all start from the beginning.</summary>
    public IReadOnlyDictionary<int, StageResult>? Finished { get; init; }

    /// <summary>A picture's own seed: that of <see cref="Seeds"/>, else S + i, or S for the frames of a row.</summary>
    /// <param name="imageIndex">i, from 0.</param>
    public uint SeedOf(int imageIndex) => Seeds is { } own ? own[imageIndex] : Origin is { IsRow: true } ? Seed : unchecked(Seed + (uint)imageIndex);
}

/// <summary>A request's changes to the model's recipe; null = the model's own value.</summary>
public sealed record RecipeOverrides
{
    /// <summary>Nothing is changed.</summary>
    public static RecipeOverrides None { get; } = new();

    /// <summary>Steps of the prior, 2 … 1000.</summary>
    public int? PriorSteps { get; init; }

    /// <summary>Guidance of the prior, 0 … 50.</summary>
    public double? PriorGuidance { get; init; }

    /// <summary>Steps of the decoder, 2 … 1000.</summary>
    public int? DecoderSteps { get; init; }

    /// <summary>Guidance of the decoder, 0 … 50.</summary>
    public double? DecoderGuidance { get; init; }

    /// <summary>How many samples of the prior are drawn for each picture, 1 … 16; the one closest to the text is kept.</summary>
    public int? PriorCandidates { get; init; }

    /// <summary>The decoder's conditioning.</summary>
    public ConditioningMode Conditioning { get; init; } = ConditioningMode.DiffusionPrior;

    /// <summary>A style added to what the prompt or the origin shows; null = none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public PictureStyle? Style { get; init; }
}

/// <summary>The decoder's conditioning: the prior, or one of the alternatives of section 5.1 of the paper.</summary>
public enum ConditioningMode
{
    /// <summary>The image embedding the diffusion prior predicts.</summary>
    DiffusionPrior,

    /// <summary>The image embedding the autoregressive prior predicts, where the model has one.</summary>
    AutoregressivePrior,

    /// <summary>The text embedding in place of the image embedding.</summary>
    TextEmbedding,

    /// <summary>The caption's tokens and the learned null image embedding.</summary>
    CaptionOnly,

    /// <summary>No text: the image embedding of the known region's picture, its hole closed smoothly. The painted part continues the known part.</summary>
    KnownPicture,
}
