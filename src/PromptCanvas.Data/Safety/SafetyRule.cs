namespace PromptCanvas.Data.Safety;

/// <summary>What an administrator does not let this studio make. Written once and taken away again, never changed.</summary>
public sealed class SafetyRule
{
    public required Guid Id { get; init; }

    /// <summary>One of <see cref="SafetyRuleKinds"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>The words, the pattern, or the description of the pictures.</summary>
    public required string Text { get; init; }

    /// <summary>For pictures: from which cosine between picture and description on they are refused, 0 … 1.</summary>
    public double? Threshold { get; init; }

    /// <summary>Why, in words for whoever is refused.</summary>
    public required string Reason { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Who wrote it, in words that outlive the account.</summary>
    public required string By { get; init; }

    /// <summary>How often it refused something.</summary>
    public int Hits { get; set; }
}
