using PromptCanvas.Data.Access;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Generation.Library;
using PromptCanvas.Imaging.WebP;

namespace PromptCanvas.Generation.Instant;

/// <summary>How a picture was made, for people who may see it.</summary>
public interface IPictureProvenance
{
    /// <summary>The stored information; draws nothing. Null if the picture does not exist or the actor may not see it.</summary>
    Task<ProvenanceView?> FindAsync(Actor actor, Guid imageId, CancellationToken cancellationToken);

    /// <summary>The model's captions closest to the image embedding, best first; empty if the model has no captions.</summary>
    Task<IReadOnlyList<RankedCaption>> DescribeAsync(Actor actor, Guid imageId, int count, CancellationToken cancellationToken);

    /// <summary>Draws the picture again at a small size and returns every step; free of charge.</summary>
    /// <returns>The steps; <see cref="Superseded"/> if the person made a newer request in the meantime; or a refusal.</returns>
    Task<Result<IReadOnlyList<ProvenanceFrame>>> ReplayAsync(Actor actor, Guid imageId, CancellationToken cancellationToken);

    /// <summary>Draws the picture's caption with the same seed and another conditioning mode; free of charge.</summary>
    /// <returns>The picture; <see cref="Superseded"/> if the person made a newer request in the meantime; or a refusal.</returns>
    Task<Result<ComparisonPicture>> CompareAsync(Actor actor, Guid imageId, ConditioningMode mode, CancellationToken cancellationToken);
}

/// <summary>The stored information on how a picture was made.</summary>
/// <param name="Picture">The picture. Its prompt may be its source's; the caption is what the model read.</param>
/// <param name="Recipe">Steps, samplers and guidance; null if an older version wrote it in a format that is no longer supported.</param>
/// <param name="Tokens">The caption's tokens.</param>
/// <param name="UnreadText">The truncated end of the caption; empty if the model read all of it.</param>
/// <param name="TextEmbedding">E values, unit length; empty without a caption or if the model is not installed.</param>
/// <param name="ImageEmbedding">E values, unit length.</param>
/// <param name="Similarity">Cosine of the two embeddings; null if one is missing.</param>
public sealed record ProvenanceView(
    PictureView Picture,
    EffectiveRecipe? Recipe,
    IReadOnlyList<string> Tokens,
    string UnreadText,
    IReadOnlyList<float> TextEmbedding,
    IReadOnlyList<float> ImageEmbedding,
    double? Similarity)
{
    /// <summary>The text that the model read; empty if it was made from pictures alone.</summary>
    public string Caption { get; init; } = "";

    /// <summary>Duration of each stage in seconds.</summary>
    public IReadOnlyList<StageTiming> Timings { get; init; } = [];

    /// <summary>The conditioning modes that the model supports for the caption.</summary>
    public IReadOnlyList<ConditioningMode> Comparisons { get; init; } = [];

    /// <summary>Why the steps cannot be replayed, in one sentence; null if they can.</summary>
    public string? NoReplay { get; init; }
}

/// <summary>One step of a replay.</summary>
/// <param name="Step">1 … <paramref name="Steps"/>.</param>
/// <param name="Picture">The clean image that the model predicted at this step.</param>
public sealed record ProvenanceFrame(GenerationStage Stage, int Step, int Steps, EncodedPicture Picture);

/// <summary>A caption drawn with one conditioning mode.</summary>
/// <param name="Similarity">Cosine of the CLIP embeddings of picture and caption; null if the model cannot embed pictures.</param>
public sealed record ComparisonPicture(EncodedPicture Picture, double? Similarity);
