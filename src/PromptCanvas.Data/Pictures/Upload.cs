namespace PromptCanvas.Data.Pictures;

/// <summary>A picture or mask somebody brought along. Nobody else sees it. Its bytes lie in the image store under their hash.</summary>
public sealed class Upload
{
    /// <summary>128 random bits.</summary>
    public required Guid Id { get; init; }

    public required Guid PersonId { get; init; }

    /// <summary>SHA-256 of the PNG we made of it, 64 lower-case hex digits.</summary>
    public required string ContentHash { get; init; }

    public required int Width { get; init; }

    public required int Height { get; init; }

    /// <summary>Bytes of its file; null until somebody asked.</summary>
    public long? Bytes { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it goes; null once a job uses it.</summary>
    public DateTimeOffset? ExpiresAt { get; set; }
}
