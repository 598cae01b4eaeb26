using PromptCanvas.Diffusion.Models;
using PromptCanvas.Diffusion.Schedulers;

namespace PromptCanvas.Diffusion.Engine.Execution;

/// <summary>Validates a request before any work.</summary>
internal static class RequestValidator
{
    private const double MaximumGuidance = 50;
    private const int MaximumCandidates = 16;

    /// <summary>One sentence with the fault and its remedy; null when the request is valid.</summary>
    public static string? Validate(UnClipModel model, GenerationRequest request) =>
        ValidateText(model, request) ?? ValidateCount(request) ?? ValidateSize(model, request) ?? ValidateAspect(model, request) ?? ValidateOverrides(model, request)
        ?? OriginValidator.Validate(model, request);

    private static string? ValidateText(UnClipModel model, GenerationRequest request)
    {
        if (request.Overrides.Conditioning == ConditioningMode.KnownPicture)
        {
            return ValidateKnownPicture(model, request);
        }

        if (request.Origin is null && model.WithoutText is { } reason)
        {
            return reason;
        }

        return (request.Origin is null ? RequestRules.Text("The prompt", request.Prompt) : RequestRules.Length("The prompt", request.Prompt))
            ?? RequestRules.Length("The negative prompt", request.NegativePrompt);
    }

    private static string? ValidateKnownPicture(UnClipModel model, GenerationRequest request)
    {
        if (request.Known is null || request.Known.IsEmpty)
        {
            return "No part of the picture is left to continue: keep a part of it, or describe the picture.";
        }

        if (model.ImageEncoder is null)
        {
            return $"The model {model.Name} cannot read pictures (it has no image encoder): describe what to paint.";
        }

        return string.IsNullOrWhiteSpace(request.Prompt) ? null : "The existing picture replaces the prompt: leave the prompt empty.";
    }

    private static string? ValidateCount(GenerationRequest request)
    {
        var problem = request.Origin is { IsRow: true } ? RequestRules.Frames(request.Count) : RequestRules.Count(request.Count);
        if (problem is not null)
        {
            return problem;
        }

        if (request.Seeds is { } seeds && seeds.Count != request.Count)
        {
            return $"{seeds.Count} seeds do not fit {request.Count} pictures: give one for each.";
        }

        var wanted = request.ImageIndices;
        return wanted is not null && (wanted.Count == 0 || wanted.Distinct().Count() != wanted.Count || wanted.Any(index => index < 0 || index >= request.Count))
            ? $"The pictures to make must be different numbers from 0 to {request.Count - 1}."
            : null;
    }

    private static string? ValidateSize(UnClipModel model, GenerationRequest request)
    {
        var sizes = ModelSizes.Offered(model);
        var isNative = model.Latents is { } latents && LatentSizes.Makes(model.Recipe, latents, request.Size);
        return isNative || sizes.Contains(request.Size)
            ? null
            : $"{request.Size} pixels is not a size that can be made: choose {string.Join(", ", sizes[..^1])} or {sizes[^1]}.";
    }

    private static string? ValidateAspect(UnClipModel model, GenerationRequest request)
    {
        if (request.Aspect.IsSquare)
        {
            return null;
        }

        if (!request.Aspect.IsValid)
        {
            return $"An aspect of {request.Aspect} cannot be made: choose whole numbers such as 4:3, the longer side {AspectRatio.Longest} times the shorter at most.";
        }

        if (model.Latents is null)
        {
            return $"{model.Name} makes square pictures only: leave the aspect at 1:1, or choose another model.";
        }

        return request.Known is null ? null : "A part of a picture is painted in squares: leave the aspect at 1:1.";
    }

    private static string? ValidateOverrides(UnClipModel model, GenerationRequest request)
    {
        var overrides = request.Overrides;
        var decoderSampler = Origins.OriginPlans.DecoderRecipe(model, request, model.Recipe.Decoder).Sampler;
        return ValidateSteps("prior", overrides.PriorSteps, model.Recipe.Prior.Sampler, model.Prior.Scheduler)
            ?? ValidateSteps("decoder", overrides.DecoderSteps, decoderSampler, model.Decoder.Scheduler)
            ?? ValidateGuidance("prior", overrides.PriorGuidance)
            ?? ValidateGuidance("decoder", overrides.DecoderGuidance)
            ?? ValidatePrior(model, overrides)
            ?? ValidateStyle(model, request);
    }

    private static string? ValidatePrior(UnClipModel model, RecipeOverrides overrides)
    {
        if (overrides.PriorCandidates is < 1 or > MaximumCandidates)
        {
            return $"{overrides.PriorCandidates} samples of the prior cannot be drawn for a picture: choose 1 to {MaximumCandidates}.";
        }

        if (overrides.Conditioning == ConditioningMode.CaptionOnly && model.TextProjection is null)
        {
            return model.Latents?.Text is null
                ? $"The decoder of {model.Name} reads no text, only image embeddings: choose another prior, or another model."
                : $"The decoder of {model.Name} needs an image embedding: choose another prior, or another model.";
        }

        return overrides.Conditioning == ConditioningMode.AutoregressivePrior && model.AutoregressivePrior is null
            ? $"{model.Name} has no autoregressive prior: choose another prior, or another model."
            : null;
    }

    private static string? ValidateStyle(UnClipModel model, GenerationRequest request)
    {
        if (request.Overrides.Style is not { } style)
        {
            return null;
        }

        if (WithoutStyle(request) is { } reason)
        {
            return reason;
        }

        var length = model.Prior.EmbeddingSize;
        return style.Direction.Length != length || !Numbers.AreFinite(style.Direction)
            ? $"A style of {style.Direction.Length} values belongs to another model: {model.Name} has {length}."
            : RequestRules.StyleWeight(style.Weight);
    }

    private static string? WithoutStyle(GenerationRequest request) => request switch
    {
        { Origin: TextDifferenceOrigin } => "A row between two captions begins with the picture as it is: leave the style out.",
        { Overrides.Conditioning: ConditioningMode.KnownPicture } => "Without a prompt the picture is continued as it is: describe the picture, or leave the style out.",
        { Overrides.Conditioning: ConditioningMode.CaptionOnly } => "Without an image embedding there is nothing to which a style can be added: choose another prior, or leave the style out.",
        _ => null,
    };

    private static string? ValidateSteps(string stage, int? steps, SamplerKind sampler, SchedulerSettings scheduler)
    {
        if (steps is null)
        {
            return null;
        }

        var maximum = SamplerFactory.MaximumSteps(sampler, scheduler);
        return steps < SamplerFactory.MinimumSteps || steps > maximum
            ? $"Choose between {SamplerFactory.MinimumSteps} and {maximum} {stage} steps; {steps} is outside this sampler's range."
            : null;
    }

    private static string? ValidateGuidance(string stage, double? guidance) =>
        guidance is { } value && !(value >= 0 && value <= MaximumGuidance)
            ? $"A {stage} guidance of {value} cannot be used: choose 0 to {MaximumGuidance}, where 1 is off."
            : null;
}
