namespace PromptCanvas.Data.Pictures;

/// <summary>An uploaded picture or mask, visible only to its owner. The image store holds its bytes by hash.</summary>
public sealed class Upload
{
    /// <summary>128 random bits.</summary>
    public required Guid Id { get; init; }

    public required Guid PersonId { get; init; }

    /// <summary>SHA-256 of the re-encoded PNG, 64 lower-case hex digits.</summary>
    public required string ContentHash { get; init; }

    public required int Width { get; init; }

    public required int Height { get; init; }

    /// <summary>File size in bytes; null until measured.</summary>
    public long? Bytes { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Expiry time; null once a job uses it.</summary>
    public DateTimeOffset? ExpiresAt { get; set; }
}
