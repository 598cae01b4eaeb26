namespace PromptCanvas.Data.Safety;

/// <summary>A content rule by an administrator. Immutable: rules are added and removed, never changed.</summary>
public sealed class SafetyRule
{
    public required Guid Id { get; init; }

    /// <summary>One of <see cref="SafetyRuleKinds"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>The words, the pattern, or the description of the pictures.</summary>
    public required string Text { get; init; }

    /// <summary>For pictures: minimum cosine of picture and description at which pictures are refused, 0 … 1.</summary>
    public double? Threshold { get; init; }

    /// <summary>The reason, shown to people who are refused.</summary>
    public required string Reason { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The author's name, kept after the account is deleted.</summary>
    public required string By { get; init; }

    /// <summary>Number of refusals.</summary>
    public int Hits { get; set; }
}
