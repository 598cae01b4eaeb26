using PromptCanvas.Diffusion.Models;

namespace PromptCanvas.Diffusion.Engine.Execution;

/// <summary>Validates the origin of a request.</summary>
internal static class OriginValidator
{
    private const double MaximumReach = 1;

    /// <summary>One sentence with the fault and its remedy; null when it is valid.</summary>
    public static string? Validate(UnClipModel model, GenerationRequest request) => request.Origin switch
    {
        null => null,
        _ when request.Overrides.Conditioning == ConditioningMode.CaptionOnly =>
            "Without an image embedding there is nothing to vary or blend: leave the prior as it is.",
        VariationOrigin variation => NeedsImageEncoder(model) ?? RequestRules.Strength(variation.Strength),
        BlendOrigin blend => ValidateBlend(model, blend),
        TextDifferenceOrigin difference => NeedsImageEncoder(model) ?? model.WithoutText ?? ValidateDifference(difference),
        ChangeOrigin change => NeedsImageEncoder(model) ?? model.WithoutText ?? ValidateChange(change),
        _ => $"The engine makes nothing from {request.Origin.GetType().Name}.",
    };

    /// <summary>Validates pictures and phrases.</summary>
    public static string? ValidateInputs(UnClipModel model, IReadOnlyList<ConditioningInput> inputs)
    {
        foreach (var input in inputs)
        {
            var problem = input switch
            {
                ImageInput => NeedsImageEncoder(model),
                TextInput { Text: var text } => model.WithoutText ?? RequestRules.Text("The text", text),
                _ => "Only pictures and texts can be used.",
            };
            if (problem is not null)
            {
                return problem;
            }
        }

        return null;
    }

    private static string? NeedsImageEncoder(UnClipModel model) => model.ImageEncoder is null
        ? $"{model.Name} has no image encoder, so it cannot read pictures: choose another model, or add 'image_encoder' and 'feature_extractor'."
        : null;

    private static string? ValidateBlend(UnClipModel model, BlendOrigin blend)
    {
        if (RequestRules.Inputs(blend.Inputs.Count) is { } problem)
        {
            return problem;
        }

        var length = model.Prior.EmbeddingSize;
        return blend.Inputs.OfType<EmbeddingInput>().FirstOrDefault(input => input.Embedding.Length != length) is { } foreign
            ? $"An embedding of {foreign.Embedding.Length} values belongs to another model: {model.Name} has {length}."
            : ValidateWeights(blend) ?? ValidateInputs(model, [.. blend.Inputs.Where(input => input is not EmbeddingInput)]);
    }

    private static string? ValidateWeights(BlendOrigin blend)
    {
        if (blend.Weights is not { } weights)
        {
            return null;
        }

        return weights.Count == blend.Inputs.Count
            ? RequestRules.Weights(weights)
            : $"There are {weights.Count} weights for {blend.Inputs.Count} inputs: give one for each.";
    }

    private static string? ValidateChange(ChangeOrigin change) => RequestRules.Length("The caption of the picture", change.From)
        ?? RequestRules.Text("The prompt", change.To)
        ?? RequestRules.Captions(change.From ?? "", change.To);

    private static string? ValidateDifference(TextDifferenceOrigin difference) =>
        RequestRules.Text("The caption to start from", difference.From)
        ?? RequestRules.Text("The caption to go to", difference.To)
        ?? RequestRules.Captions(difference.From, difference.To)
        ?? (difference.Reach is > 0 and <= MaximumReach ? null : $"A reach of {difference.Reach} cannot be used: choose more than 0, up to 1.");
}
