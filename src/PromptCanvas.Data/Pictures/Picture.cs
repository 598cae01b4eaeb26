namespace PromptCanvas.Data.Pictures;

/// <summary>A finished picture. The image store holds its files by hash.</summary>
public sealed class Picture
{
    /// <summary>128 random bits, so that a picture's address cannot be guessed.</summary>
    public required Guid Id { get; init; }

    public required Guid JobId { get; init; }

    public required int ImageIndex { get; init; }

    /// <summary>One of <see cref="Jobs.JobKinds"/>. Its source pictures are the inputs of its job.</summary>
    public string Kind { get; init; } = Jobs.JobKinds.Generate;

    /// <summary>The name of the API that a program used; null = the studio's own.</summary>
    public string? Tag { get; init; }

    /// <summary>The owner; null for pictures from before the installation had accounts.</summary>
    public Guid? PersonId { get; init; }

    /// <summary>One of <see cref="Visibilities"/>.</summary>
    public string Visibility { get; set; } = Visibilities.Team;

    /// <summary>When an administrator took it down, which hides it from everyone, including its owner; null = not taken down.</summary>
    public DateTimeOffset? TakenDownAt { get; set; }

    /// <summary>When its owner moved it to the trash, where only the owner sees it; null = not deleted.</summary>
    public DateTimeOffset? DeletedAt { get; set; }

    /// <summary>Size of its files in bytes; null until measured.</summary>
    public long? Bytes { get; set; }

    /// <summary>SHA-256 of the PNG, 64 lower-case hex digits; "" after it was purged from the trash, when the row remains only for the ledger.</summary>
    public required string ContentHash { get; init; }

    /// <summary>SHA-256 of the thumbnail (WebP).</summary>
    public required string ThumbnailHash { get; init; }

    public required int Width { get; init; }

    public required int Height { get; init; }

    /// <summary>The picture's own seed, unsigned 32 bits.</summary>
    public required long Seed { get; init; }

    public required string Prompt { get; init; }

    /// <summary>The prompt as it is searched; set when the row is written. Null only until the first start of the version that brought it.</summary>
    public string? SearchText { get; set; }

    public required string Model { get; init; }

    /// <summary>The full recipe as JSON; with prompt and seed, it reproduces the picture.</summary>
    public required string Recipe { get; init; }

    /// <summary>Seconds per stage, as JSON.</summary>
    public required string Timings { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The CLIP image embedding it was drawn from: little-endian float32 values, not normalised.</summary>
    public required byte[] ImageEmbedding { get; init; }
}
