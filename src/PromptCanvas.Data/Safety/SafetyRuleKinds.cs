namespace PromptCanvas.Data.Safety;

/// <summary>The subject of a <see cref="SafetyRule"/>, as stored in the database.</summary>
public static class SafetyRuleKinds
{
    /// <summary>Words or a phrase in prompts, regardless of spelling variations.</summary>
    public const string Words = "words";

    /// <summary>A regular expression for prompts.</summary>
    public const string Pattern = "pattern";

    /// <summary>Pictures close to a description, by CLIP similarity.</summary>
    public const string Picture = "picture";

    public static IReadOnlyList<string> OfPrompts { get; } = [Words, Pattern];
}
