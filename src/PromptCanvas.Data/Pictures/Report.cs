namespace PromptCanvas.Data.Pictures;

/// <summary>A report that a shared picture or comment is inappropriate.</summary>
public sealed class Report
{
    /// <summary>128 random bits.</summary>
    public required Guid Id { get; init; }

    public required Guid ImageId { get; init; }

    /// <summary>The reported comment, which may be deleted; null = the picture itself.</summary>
    public Guid? CommentId { get; init; }

    /// <summary>The reporter. The picture's owner is not informed.</summary>
    public required Guid PersonId { get; init; }

    public required string Reason { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>When an administrator closed the report; null = open.</summary>
    public DateTimeOffset? ClosedAt { get; set; }
}
