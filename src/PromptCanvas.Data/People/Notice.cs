namespace PromptCanvas.Data.People;

/// <summary>Something a person is told about what is theirs. It stays on their page until they have read it, and in the table for good.</summary>
public sealed class Notice
{
    public long Id { get; init; }

    /// <summary>Who is told.</summary>
    public required Guid PersonId { get; init; }

    /// <summary>One of <see cref="NoticeKinds"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>The picture it is about.</summary>
    public Guid? ImageId { get; init; }

    /// <summary>The administrator who did it.</summary>
    public Guid? ByPersonId { get; init; }

    /// <summary>Who did it, in words that outlive the account.</summary>
    public required string By { get; init; }

    /// <summary>Why, in the administrator's words.</summary>
    public required string Reason { get; init; }

    public required DateTimeOffset At { get; init; }

    public DateTimeOffset? ReadAt { get; set; }
}
