namespace PromptCanvas.Data.Pictures;

/// <summary>A finished picture. Its bytes lie in the image store under their hashes.</summary>
public sealed class GeneratedImage
{
    /// <summary>128 random bits: the address of a picture cannot be guessed.</summary>
    public required Guid Id { get; init; }

    public required Guid JobId { get; init; }

    public required int ImageIndex { get; init; }

    /// <summary>How it came about: one of <see cref="Jobs.JobKinds"/>. What it was made from are the inputs of its job.</summary>
    public string Kind { get; init; } = Jobs.JobKinds.Generate;

    /// <summary>The name of the interface through which a program asked for it; null = the studio's own.</summary>
    public string? Tag { get; init; }

    /// <summary>Whose it is; null for what was made before the installation had accounts.</summary>
    public Guid? PersonId { get; init; }

    /// <summary>Who may see it: one of <see cref="Visibilities"/>.</summary>
    public string Visibility { get; set; } = Visibilities.Team;

    /// <summary>Since when nobody sees it, its owner included: an administrator took it down. Null = it is there.</summary>
    public DateTimeOffset? TakenDownAt { get; set; }

    /// <summary>When its owner put it into the trash, where only the owner sees it; null = it is there.</summary>
    public DateTimeOffset? DeletedAt { get; set; }

    /// <summary>Bytes of its files; null until somebody asked.</summary>
    public long? Bytes { get; set; }

    /// <summary>SHA-256 of the PNG, 64 lower-case hex digits; "" once its days in the trash are over, and then only its place in the account is left.</summary>
    public required string ContentHash { get; init; }

    /// <summary>SHA-256 of the thumbnail (WebP).</summary>
    public required string ThumbnailHash { get; init; }

    public required int Width { get; init; }

    public required int Height { get; init; }

    /// <summary>The picture's own seed, unsigned 32 bits.</summary>
    public required long Seed { get; init; }

    public required string Prompt { get; init; }

    public required string Model { get; init; }

    /// <summary>How it was made, as JSON: with prompt and seed, enough to make it again.</summary>
    public required string Recipe { get; init; }

    /// <summary>Seconds per stage, as JSON.</summary>
    public required string Timings { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The CLIP image embedding it was drawn from: little-endian float32 values, not normalised.</summary>
    public required byte[] ImageEmbedding { get; init; }
}
