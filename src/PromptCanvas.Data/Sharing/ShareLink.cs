namespace PromptCanvas.Data.Sharing;

/// <summary>A public link to one picture or one board, valid for a limited time.</summary>
public sealed class ShareLink
{
    public required Guid Id { get; init; }

    /// <summary>The owner.</summary>
    public required Guid PersonId { get; init; }

    /// <summary>The picture; null for a link to a board.</summary>
    public Guid? ImageId { get; init; }

    /// <summary>The board; null for a link to a picture.</summary>
    public Guid? BoardId { get; init; }

    /// <summary>SHA-256 of the link's token, 64 lower-case hex digits. The token itself is shown once.</summary>
    public required string TokenHash { get; init; }

    /// <summary>Null = no password.</summary>
    public string? PasswordHash { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>Whether the full-size picture may be downloaded; otherwise it is only displayed.</summary>
    public bool AllowsDownload { get; init; }

    public bool ShowsPrompt { get; init; }

    public DateTimeOffset? RevokedAt { get; set; }

    /// <summary>Number of page views.</summary>
    public int Opened { get; set; }
}
