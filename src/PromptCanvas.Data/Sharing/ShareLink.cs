namespace PromptCanvas.Data.Sharing;

/// <summary>An address under which whoever has it sees one picture or one board, for a while.</summary>
public sealed class ShareLink
{
    public required Guid Id { get; init; }

    /// <summary>Whose link it is.</summary>
    public required Guid PersonId { get; init; }

    /// <summary>The picture; null where it is a board's.</summary>
    public Guid? ImageId { get; init; }

    /// <summary>The board; null where it is a picture's.</summary>
    public Guid? BoardId { get; init; }

    /// <summary>SHA-256 of the address's token, 64 lower-case hex digits. The token itself is shown once.</summary>
    public required string TokenHash { get; init; }

    /// <summary>Null = whoever has the address comes in.</summary>
    public string? PasswordHash { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>Whether the full picture may be saved; otherwise it is shown only.</summary>
    public bool AllowsDownload { get; init; }

    public bool ShowsPrompt { get; init; }

    public DateTimeOffset? RevokedAt { get; set; }

    /// <summary>How often its page was opened.</summary>
    public int Opened { get; set; }
}
