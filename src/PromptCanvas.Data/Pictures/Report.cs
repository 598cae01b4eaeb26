namespace PromptCanvas.Data.Pictures;

/// <summary>Somebody says that a shared picture should not be there.</summary>
public sealed class Report
{
    /// <summary>128 random bits.</summary>
    public required Guid Id { get; init; }

    public required Guid ImageId { get; init; }

    /// <summary>The comment it is about, which may be gone; null = the picture itself.</summary>
    public Guid? CommentId { get; init; }

    /// <summary>Who says so. The picture's owner is not told.</summary>
    public required Guid PersonId { get; init; }

    public required string Reason { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>When an administrator has dealt with it; null = nobody has.</summary>
    public DateTimeOffset? ClosedAt { get; set; }
}
