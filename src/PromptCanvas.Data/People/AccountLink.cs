namespace PromptCanvas.Data.People;

/// <summary>A single-use link with which one person sets a password: an invitation or a password reset.</summary>
public sealed class AccountLink
{
    public required Guid Id { get; init; }

    public required Guid PersonId { get; init; }

    /// <summary>One of <see cref="AccountLinkKinds"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>SHA-256 of the token, 64 lower-case hex digits.</summary>
    public required string TokenHash { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    public DateTimeOffset? UsedAt { get; set; }
}
