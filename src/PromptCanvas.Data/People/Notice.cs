namespace PromptCanvas.Data.People;

/// <summary>Informs a person about another person's action that concerns them. Shown until it is read; never deleted.</summary>
public sealed class Notice
{
    public long Id { get; init; }

    /// <summary>The recipient.</summary>
    public required Guid PersonId { get; init; }

    /// <summary>One of <see cref="NoticeKinds"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>The picture concerned.</summary>
    public Guid? ImageId { get; init; }

    /// <summary>Who acted.</summary>
    public Guid? ByPersonId { get; init; }

    /// <summary>Their name, kept after the account is deleted.</summary>
    public required string By { get; init; }

    /// <summary>The reason given, or the words of a comment.</summary>
    public required string Reason { get; init; }

    /// <summary>Credits asked for or added; null = none.</summary>
    public int? Amount { get; init; }

    public required DateTimeOffset At { get; init; }

    public DateTimeOffset? ReadAt { get; set; }
}
