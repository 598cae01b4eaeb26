namespace PromptCanvas.Data.Safety;

/// <summary>What a <see cref="SafetyRule"/> looks at, as the database holds it.</summary>
public static class SafetyRuleKinds
{
    /// <summary>Words or a phrase in prompts, however they are written.</summary>
    public const string Words = "words";

    /// <summary>A regular expression over prompts.</summary>
    public const string Pattern = "pattern";

    /// <summary>Pictures close to a description, as CLIP sees them.</summary>
    public const string Picture = "picture";

    public static IReadOnlyList<string> OfPrompts { get; } = [Words, Pattern];
}
