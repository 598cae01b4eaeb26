namespace PromptCanvas.Data.People;

/// <summary>Informs a person about an action on their content. Shown until it is read; never deleted.</summary>
public sealed class Notice
{
    public long Id { get; init; }

    /// <summary>The recipient.</summary>
    public required Guid PersonId { get; init; }

    /// <summary>One of <see cref="NoticeKinds"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>The picture concerned.</summary>
    public Guid? ImageId { get; init; }

    /// <summary>The administrator who acted.</summary>
    public Guid? ByPersonId { get; init; }

    /// <summary>The administrator's name, kept after the account is deleted.</summary>
    public required string By { get; init; }

    /// <summary>The reason given by the administrator.</summary>
    public required string Reason { get; init; }

    public required DateTimeOffset At { get; init; }

    public DateTimeOffset? ReadAt { get; set; }
}
