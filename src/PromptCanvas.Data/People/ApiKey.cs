namespace PromptCanvas.Data.People;

/// <summary>A program's way in. The key itself is shown once and not kept.</summary>
public sealed class ApiKey
{
    public required Guid Id { get; init; }

    public required Guid PersonId { get; init; }

    /// <summary>What its owner calls it.</summary>
    public required string Name { get; init; }

    /// <summary>The key's first letters, to find its row and to tell keys apart.</summary>
    public required string Prefix { get; init; }

    /// <summary>SHA-256 of the whole key, 64 lower-case hex digits: 256 random bits need no slow hash.</summary>
    public required string KeyHash { get; init; }

    /// <summary>What it may be used for: words of <see cref="ApiScopes"/> with a space between them.</summary>
    public required string Scopes { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>To the minute.</summary>
    public DateTimeOffset? LastUsedAt { get; set; }

    public DateTimeOffset? RevokedAt { get; set; }
}
