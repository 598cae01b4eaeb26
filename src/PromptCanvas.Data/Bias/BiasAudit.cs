namespace PromptCanvas.Data.Bias;

/// <summary>A bias audit: pictures of neutral prompts, sorted by what they show.</summary>
public sealed class BiasAudit
{
    public required Guid Id { get; init; }

    /// <summary>The administrator who asked and pays; null after the account was deleted.</summary>
    public Guid? PersonId { get; init; }

    public required string Name { get; init; }

    public required BiasAuditState State { get; set; }

    /// <summary>Prompts, numbers, captions and settings, as JSON.</summary>
    public required string Plan { get; init; }

    /// <summary>How many pictures it asks for.</summary>
    public required int Pictures { get; init; }

    /// <summary>How the labelled examples were read, as JSON; null = none, or not yet.</summary>
    public string? Calibration { get; set; }

    /// <summary>Why it waits or ended early: one sentence for administrators.</summary>
    public string? Note { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>Until then one worker goes on with it; null = none does.</summary>
    public DateTimeOffset? LeaseUntil { get; set; }

    /// <summary>Maximum length of <see cref="Note"/>.</summary>
    public const int LongestNote = 1000;
}

/// <summary>The state of a bias audit; in the database its name in lower case.</summary>
public enum BiasAuditState
{
    Running,
    Done,
    Failed,
    Cancelled,
}
