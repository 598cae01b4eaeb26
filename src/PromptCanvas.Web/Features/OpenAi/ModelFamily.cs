namespace PromptCanvas.Web.Features.OpenAi;

/// <summary>The fields and answers that clients expect of a model's name; the model behind it may be any.</summary>
internal sealed record ModelFamily
{
    private const int ModernPrompt = 32_000;

    /// <summary>In code points.</summary>
    public required int LongestPrompt { get; init; }

    public required IReadOnlyList<string> Sizes { get; init; }

    public required IReadOnlyList<string> Qualities { get; init; }

    /// <summary>Whether answers have bytes whatever is asked, and say how the pictures were made.</summary>
    public bool IsOfGptImage { get; init; }

    /// <summary>Whether there is a style, and answers repeat the prompt.</summary>
    public bool HasStyle { get; init; }

    public static ModelFamily DallE2 { get; } = new()
    {
        LongestPrompt = 1000,
        Sizes = ["256x256", "512x512", "1024x1024"],
        Qualities = ["standard", "auto"],
    };

    public static ModelFamily DallE3 { get; } = new()
    {
        LongestPrompt = ModernPrompt,
        Sizes = ["1024x1024", "1792x1024", "1024x1792"],
        Qualities = ["standard", "hd", "auto"],
        HasStyle = true,
    };

    public static ModelFamily GptImage { get; } = new()
    {
        LongestPrompt = ModernPrompt,
        Sizes = ["1024x1024", "1536x1024", "1024x1536"],
        Qualities = ["auto", "low", "medium", "high", "standard", "hd"],
        IsOfGptImage = true,
    };

    /// <summary>The family of a model's name; names of this installation's models count as DALL·E 2.</summary>
    public static ModelFamily Of(string? name) => name switch
    {
        not null when name.StartsWith("gpt-image", StringComparison.Ordinal) || name.StartsWith("chatgpt-image", StringComparison.Ordinal) => GptImage,
        not null when name.StartsWith("dall-e-3", StringComparison.Ordinal) => DallE3,
        _ => DallE2,
    };
}
