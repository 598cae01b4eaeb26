namespace PromptCanvas.Data.People;

/// <summary>How often unread notices are sent to a person by e-mail. A table of its own, because saving a person writes every column.</summary>
public sealed class PersonDigest
{
    public required Guid PersonId { get; init; }

    /// <summary>One of <see cref="DigestRhythms"/>; null = never.</summary>
    public string? Rhythm { get; set; }

    /// <summary>When the next digest is due; null while digests are off.</summary>
    public DateTimeOffset? DueAt { get; set; }

    /// <summary>The newest notice that a digest has contained; 0 = none.</summary>
    public long NoticeId { get; set; }
}
