namespace PromptCanvas.Data.Jobs;

/// <summary>The small picture of a finished decoder stage, while the larger sizes are being made. It is delivered work: if the picture is cancelled
/// from here on, this one is kept and the charge is final. The row exists until the picture is over.</summary>
public sealed class DecodedPicture
{
    public required Guid JobId { get; init; }

    /// <summary>From 0.</summary>
    public required int ImageIndex { get; init; }

    /// <summary>SHA-256 of the PNG.</summary>
    public required string ContentHash { get; init; }

    /// <summary>SHA-256 of the thumbnail (WebP).</summary>
    public required string ThumbnailHash { get; init; }

    public required int Width { get; init; }

    public required int Height { get; init; }

    /// <summary>Unsigned 32 bits.</summary>
    public required long Seed { get; init; }

    public required string Prompt { get; init; }

    /// <summary>The recipe of this size, as JSON.</summary>
    public required string Recipe { get; init; }

    /// <summary>Seconds per stage so far, as JSON.</summary>
    public required string Timings { get; init; }

    /// <summary>The CLIP image embedding it was drawn from: little-endian float32 values, not normalised.</summary>
    public required byte[] ImageEmbedding { get; init; }
}
