namespace PromptCanvas.Data.People;

/// <summary>An API key for programs. The key itself is shown once and not stored.</summary>
public sealed class ApiKey
{
    public required Guid Id { get; init; }

    public required Guid PersonId { get; init; }

    /// <summary>The name given by its owner.</summary>
    public required string Name { get; init; }

    /// <summary>The key's first characters, used to find its row and to tell keys apart.</summary>
    public required string Prefix { get; init; }

    /// <summary>SHA-256 of the whole key, 64 lower-case hex digits. A key of 256 random bits needs no slow hash.</summary>
    public required string KeyHash { get; init; }

    /// <summary>The granted scopes: <see cref="ApiScopes"/> values separated by spaces.</summary>
    public required string Scopes { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Precise to the minute.</summary>
    public DateTimeOffset? LastUsedAt { get; set; }

    public DateTimeOffset? RevokedAt { get; set; }
}
