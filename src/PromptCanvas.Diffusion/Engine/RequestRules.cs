namespace PromptCanvas.Diffusion.Engine;

/// <summary>The limits of a request that hold for every model, with the sentence for a value outside them. Each returns null when the value is valid.</summary>
public static class RequestRules
{
    /// <summary>The fewest frames of a row.</summary>
    public const int MinimumFrames = 2;

    /// <summary>The fewest members of a blend.</summary>
    public const int MinimumInputs = 2;

    /// <summary>Sides in pixels that are offered for every model; a model that makes smaller pictures has them enlarged.</summary>
    public static IReadOnlyList<int> StandardSizes { get; } = [64, 256, 512, 1024];

    /// <summary>A text in place of a picture: not empty, at most <see cref="GenerationRequest.MaximumPromptLength"/> code points.</summary>
    /// <param name="name">The text's name at the beginning of a sentence: "The prompt".</param>
    /// <param name="text">The text.</param>
    public static string? Text(string name, string text) => string.IsNullOrWhiteSpace(text)
        ? $"{name} is empty: describe a picture in a few words."
        : Length(name, text);

    /// <summary>A text that may be missing: at most <see cref="GenerationRequest.MaximumPromptLength"/> code points.</summary>
    /// <param name="name">The text's name at the beginning of a sentence.</param>
    /// <param name="text">The text; null = none.</param>
    public static string? Length(string name, string? text) => CodePoints(text) is var length && length > GenerationRequest.MaximumPromptLength
        ? $"{name} has {length} characters: shorten it to {GenerationRequest.MaximumPromptLength}."
        : null;

    /// <summary>The length of a text as people count it: a character outside the Basic Multilingual Plane, such as an emoji, is one.</summary>
    /// <param name="text">The text; null has no characters.</param>
    public static int CodePoints(string? text) => text is null ? 0 : text.EnumerateRunes().Count();

    /// <summary>The number of pictures of a request, 1 … <see cref="GenerationRequest.MaximumCount"/>.</summary>
    public static string? Count(int count) => count is < 1 or > GenerationRequest.MaximumCount
        ? $"{count} pictures cannot be made at once: ask for 1 to {GenerationRequest.MaximumCount}."
        : null;

    /// <summary>The number of frames of a row, <see cref="MinimumFrames"/> … <see cref="GenerationRequest.MaximumFrames"/>.</summary>
    public static string? Frames(int frames) => frames is < MinimumFrames or > GenerationRequest.MaximumFrames
        ? $"A row of {frames} frames cannot be made: ask for {MinimumFrames} to {GenerationRequest.MaximumFrames}."
        : null;

    /// <summary>The number of members of a blend, <see cref="MinimumInputs"/> … <see cref="BlendOrigin.MaximumInputs"/>.</summary>
    public static string? Inputs(int count) => count is < MinimumInputs or > BlendOrigin.MaximumInputs
        ? $"{count} inputs cannot be blended: give {MinimumInputs} to {BlendOrigin.MaximumInputs} pictures or texts."
        : null;

    /// <summary>The weights of a blend: finite, none negative, and a sum above 0.</summary>
    public static string? Weights(IReadOnlyList<double> weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        if (weights.Any(weight => !(weight >= 0 && double.IsFinite(weight))))
        {
            return "A weight is negative or not a number: give numbers from 0 up.";
        }

        return weights.Sum() is var sum && sum > 0 && double.IsFinite(sum) ? null : "The weights sum to zero: give at least one input more than 0.";
    }

    /// <summary>The strength of a variation, 0 … 1.</summary>
    public static string? Strength(double strength) =>
        strength is >= 0 and <= 1 ? null : $"A strength of {strength} cannot be used: choose 0 to 1.";

    /// <summary>The weight of a style, −1 … 1.</summary>
    public static string? StyleWeight(double weight) =>
        weight is >= -1 and <= 1 ? null : $"A style weight of {weight} cannot be used: choose −1 to 1, where less than 0 leads away from the style.";

    /// <summary>Two captions whose difference is applied; they must differ.</summary>
    public static string? Captions(string from, string to)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(to);
        return from.Trim() == to.Trim() ? "Both captions are the same: say what should change." : null;
    }
}
