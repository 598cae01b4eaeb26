using PromptCanvas.Diffusion.Models;

namespace PromptCanvas.Diffusion.Engine;

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
        VariationOrigin variation => NeedsImageEncoder(model) ?? ValidateStrength(variation.Strength),
        BlendOrigin blend => ValidateBlend(model, blend),
        TextDifferenceOrigin difference => NeedsImageEncoder(model) ?? ValidateDifference(difference),
        _ => $"The engine makes nothing from {request.Origin.GetType().Name}.",
    } ?? ValidateFrames(request);

    /// <summary>Validates pictures and phrases.</summary>
    public static string? ValidateInputs(UnClipModel model, IReadOnlyList<ConditioningInput> inputs)
    {
        foreach (var input in inputs)
        {
            var problem = input switch
            {
                ImageInput => NeedsImageEncoder(model),
                TextInput { Text: var text } => ValidateText("The text", text),
                _ => "Only pictures and texts can be looked at.",
            };
            if (problem is not null)
            {
                return problem;
            }
        }

        return null;
    }

    private static string? NeedsImageEncoder(UnClipModel model) => model.ImageEncoder is null
        ? $"{model.Name} has no image encoder, so it cannot look at pictures: choose another model, or add 'image_encoder' and 'feature_extractor'."
        : null;

    private static string? ValidateStrength(double strength) =>
        strength is >= 0 and <= 1 ? null : $"A strength of {strength} cannot be used: choose 0 to 1.";

    private static string? ValidateBlend(UnClipModel model, BlendOrigin blend)
    {
        if (blend.Inputs.Count is < 2 or > BlendOrigin.MaximumInputs)
        {
            return $"{blend.Inputs.Count} inputs cannot be blended: give 2 to {BlendOrigin.MaximumInputs} pictures or texts.";
        }

        var length = model.Prior.EmbeddingSize;
        return blend.Inputs.OfType<EmbeddingInput>().FirstOrDefault(input => input.Embedding.Length != length) is { } foreign
            ? $"An embedding of {foreign.Embedding.Length} values is another model's: {model.Name} has {length}."
            : ValidateWeights(blend) ?? ValidateInputs(model, [.. blend.Inputs.Where(input => input is not EmbeddingInput)]);
    }

    private static string? ValidateWeights(BlendOrigin blend)
    {
        if (blend.Weights is not { } weights)
        {
            return null;
        }

        if (weights.Count != blend.Inputs.Count)
        {
            return $"There are {weights.Count} weights for {blend.Inputs.Count} inputs: give one for each.";
        }

        if (weights.Any(weight => !(weight >= 0 && double.IsFinite(weight))))
        {
            return "A weight is negative or no number: give numbers from 0 up.";
        }

        return weights.Sum() > 0 && double.IsFinite(weights.Sum()) ? null : "The weights sum to zero: give at least one of them more than 0.";
    }

    private static string? ValidateDifference(TextDifferenceOrigin difference) =>
        ValidateText("The caption to start from", difference.From)
        ?? ValidateText("The caption to go to", difference.To)
        ?? (difference.From.Trim() == difference.To.Trim() ? "Both captions are the same: say what should change." : null)
        ?? (difference.Reach is > 0 and <= MaximumReach ? null : $"A reach of {difference.Reach} cannot be used: choose more than 0, up to 1.");

    private static string? ValidateText(string what, string text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return $"{what} is empty: describe a picture in a few words.";
        }

        return text.Length > GenerationRequest.MaximumPromptLength
            ? $"{what} is {text.Length} characters long: shorten it to {GenerationRequest.MaximumPromptLength}."
            : null;
    }

    private static string? ValidateFrames(GenerationRequest request) => request.Origin is { IsRow: true } && request.Count < 2
        ? "A row needs two frames at least: ask for more."
        : null;
}
