using PromptCanvas.Diffusion.Engine.Origins;
using PromptCanvas.Diffusion.Models;

namespace PromptCanvas.Diffusion.Engine.Lanes;

/// <summary>The plan of one picture: the model's recipe with the request's changes.</summary>
internal sealed class StagePlan
{
    private StagePlan(ConditioningMode conditioning, StageRecipe prior, StageRecipe decoder, StageRecipe[] superResolution, int size)
    {
        Conditioning = conditioning;
        Prior = prior;
        Decoder = decoder;
        SuperResolution = superResolution;
        Size = size;
    }

    public ConditioningMode Conditioning { get; }

    public StageRecipe Prior { get; }

    /// <summary>How the autoregressive prior draws, and how many tokens.</summary>
    public (TokenRecipe Recipe, int Count) Tokens { get; private init; } = (new TokenRecipe(1, 1), 0);

    /// <summary>Samples of the prior for each picture; the best is kept.</summary>
    public int PriorCandidates { get; private init; } = 1;

    /// <summary>Whether each picture draws one sample more, of what it is steered away from: a decoder that reads no text is steered in image embeddings.</summary>
    public bool SamplesNegative { get; private init; }

    /// <summary>Samples of the prior in one lane.</summary>
    /// <param name="isPicture">Whether the lane belongs to one picture; lanes shared by all pictures are not guided in the decoder.</param>
    public int PriorRounds(bool isPicture) => PriorCandidates + (SamplesNegative && isPicture ? 1 : 0);

    public StageRecipe Decoder { get; }

    /// <summary>One entry for each upsampler the size needs.</summary>
    public StageRecipe[] SuperResolution { get; }

    /// <summary>Whether the model was not trained with known regions: they are resampled with noise at every step, and the decoder repeats steps to adapt to them.</summary>
    public bool RePaints { get; private init; }

    /// <summary>Whether the painted part continues the known picture, so that any difference at the rim is an error.</summary>
    public bool ContinuesKnown => Conditioning == ConditioningMode.KnownPicture;

    /// <summary>The first decoder step that runs the network: halfway when the known picture is continued, because objects appear before and textures after.</summary>
    public int DecoderStart => ContinuesKnown ? Decoder.Steps / 2 : 0;

    /// <summary>The requested side; the longer one if they differ.</summary>
    public int Size { get; }

    /// <summary>The requested ratio.</summary>
    public AspectRatio Aspect { get; private init; } = AspectRatio.Square;

    /// <summary>The picture the last stage gives.</summary>
    public PictureSize Made { get; private init; }

    /// <summary>The picture that is handed out.</summary>
    public PictureSize Finished => Made.WithLongerSide(Size);

    public static StagePlan Create(UnClipModel model, GenerationRequest request)
    {
        var recipe = model.Recipe;
        var overrides = request.Overrides;
        var madeSize = ModelSizes.MadeFor(model, request.Size);
        var stages = model.SuperResolution.TakeWhile(stage => stage.OutputSize <= madeSize).Count();
        var upsamplers = new StageRecipe[stages];
        for (var index = 0; index < stages; index++)
        {
            upsamplers[index] = recipe.SuperResolutionStage(index) with { GuidanceScale = 1 };
        }

        return new StagePlan(
            overrides.Conditioning,
            recipe.Prior with
            {
                Steps = overrides.PriorSteps ?? recipe.Prior.Steps,
                GuidanceScale = overrides.PriorGuidance ?? recipe.Prior.GuidanceScale,
            },
            OriginPlans.DecoderRecipe(model, request, recipe.Decoder with
            {
                Steps = overrides.DecoderSteps ?? recipe.Decoder.Steps,
                GuidanceScale = overrides.DecoderGuidance ?? recipe.Decoder.GuidanceScale,
            }),
            upsamplers,
            request.Size)
        {
            Tokens = (
                recipe.AutoregressivePrior with { GuidanceScale = overrides.PriorGuidance ?? recipe.AutoregressivePrior.GuidanceScale },
                model.AutoregressivePrior?.ComponentCount ?? 0),
            PriorCandidates = overrides.PriorCandidates ?? recipe.PriorCandidates,
            RePaints = request.Known is not null && !model.Decoder.MaskedInput && model.Latents?.Inpainting is null,
            SamplesNegative = model.Latents is { Text: null } && !string.IsNullOrWhiteSpace(request.NegativePrompt),
            Aspect = request.Aspect,
            Made = PictureSize.Made(model, madeSize, request.Aspect),
        };
    }

    public EffectiveRecipe Describe(string model)
    {
        var autoregressive = Conditioning == ConditioningMode.AutoregressivePrior;
        var draws = autoregressive || Conditioning == ConditioningMode.DiffusionPrior;
        return new(
            model,
            Size,
            NameOf(Conditioning),
            autoregressive ? "tokens" : NameOf(Prior),
            autoregressive ? Tokens.Count : Prior.Steps,
            autoregressive ? Tokens.Recipe.GuidanceScale : Prior.GuidanceScale,
            NameOf(Decoder),
            Decoder.Steps,
            Decoder.GuidanceScale,
            [.. SuperResolution.Select(stage => stage.Steps)])
        {
            PriorCandidates = draws && PriorCandidates > 1 ? PriorCandidates : null,
            Aspect = Aspect.IsSquare ? null : Aspect.ToString(),
        };
    }

    private static string NameOf(ConditioningMode conditioning) => conditioning switch
    {
        ConditioningMode.DiffusionPrior => "diffusion",
        ConditioningMode.AutoregressivePrior => "autoregressive",
        ConditioningMode.TextEmbedding => "text-embedding",
        ConditioningMode.CaptionOnly => "none",
        ConditioningMode.KnownPicture => "known-picture",
        _ => throw new ArgumentOutOfRangeException(nameof(conditioning), conditioning, "This conditioning has no name."),
    };

    private static string NameOf(StageRecipe stage) => stage.Sampler switch
    {
        Schedulers.SamplerKind.Ancestral => "ancestral",
        Schedulers.SamplerKind.Ddim => "ddim",
        Schedulers.SamplerKind.DpmSolverPlusPlus => "dpm-solver++",
        _ => throw new ArgumentOutOfRangeException(nameof(stage), stage.Sampler, "This sampler has no name."),
    };
}
