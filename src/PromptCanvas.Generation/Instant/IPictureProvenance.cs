using PromptCanvas.Data.Access;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Generation.Results;
using PromptCanvas.Imaging.WebP;

namespace PromptCanvas.Generation.Instant;

/// <summary>How a picture came about, for whoever may see it.</summary>
public interface IPictureProvenance
{
    /// <summary>What is known without drawing anything. Null also when the actor may not know of the picture.</summary>
    Task<ProvenanceView?> FindAsync(Actor actor, Guid imageId, CancellationToken cancellationToken);

    /// <summary>What the image embedding says, in the model's own captions, the best first; none where the model brings no captions.</summary>
    Task<IReadOnlyList<RankedCaption>> DescribeAsync(Actor actor, Guid imageId, int count, CancellationToken cancellationToken);

    /// <summary>Draws the picture once more at a small size and keeps every step; free of charge.</summary>
    /// <returns>The steps; <see cref="Superseded"/> when the person asked for something newer meanwhile; or why it cannot be shown.</returns>
    Task<Result<IReadOnlyList<ProvenanceFrame>>> ReplayAsync(Actor actor, Guid imageId, CancellationToken cancellationToken);

    /// <summary>Draws the picture's caption with its seed in another way; free of charge.</summary>
    /// <returns>The picture; <see cref="Superseded"/> when the person asked for something newer meanwhile; or why it cannot be drawn.</returns>
    Task<Result<WayPicture>> WayAsync(Actor actor, Guid imageId, ConditioningMode way, CancellationToken cancellationToken);
}

/// <summary>What is known of how a picture came about.</summary>
/// <param name="Picture">The picture.</param>
/// <param name="Recipe">Steps, samplers and guidance; null where it was written by a version that is no longer read.</param>
/// <param name="Tokens">The pieces into which the model cut the caption.</param>
/// <param name="UnreadText">The end of the caption that the model did not see; empty when it saw all.</param>
/// <param name="TextEmbedding">E values, normalised; empty where there is no caption or the model is gone.</param>
/// <param name="ImageEmbedding">E values, normalised.</param>
/// <param name="Similarity">Cosine of both; null where one is missing.</param>
public sealed record ProvenanceView(
    PictureView Picture,
    EffectiveRecipe? Recipe,
    IReadOnlyList<string> Tokens,
    string UnreadText,
    IReadOnlyList<float> TextEmbedding,
    IReadOnlyList<float> ImageEmbedding,
    double? Similarity)
{
    /// <summary>Seconds of each stage.</summary>
    public IReadOnlyList<StageTiming> Timings { get; init; } = [];

    /// <summary>The ways in which its model can draw the caption.</summary>
    public IReadOnlyList<ConditioningMode> Comparisons { get; init; } = [];

    /// <summary>Why the making cannot be shown again, in one sentence; null when it can.</summary>
    public string? NoReplay { get; init; }
}

/// <summary>A step of a picture's making.</summary>
/// <param name="Step">1 … <paramref name="Steps"/>.</param>
/// <param name="Picture">What the model believed at this step that the picture would be.</param>
public sealed record ProvenanceFrame(GenerationStage Stage, int Step, int Steps, EncodedPicture Picture);

/// <summary>A caption drawn in one of the ways.</summary>
/// <param name="Similarity">Cosine of the CLIP embeddings of picture and caption; null where the model cannot look at pictures.</param>
public sealed record WayPicture(EncodedPicture Picture, double? Similarity);
