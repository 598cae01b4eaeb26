using PromptCanvas.Diffusion.Images;

namespace PromptCanvas.Diffusion.Engine;

/// <summary>The results of a picture's finished stages. With the same request, a picture that resumes from here equals one that starts from the beginning.</summary>
/// <param name="Stage">The last stage that is done; null = none, where only earlier parts of a picture are.</param>
/// <param name="ImageEmbedding">The CLIP image embedding, E values, not normalised; none where there is no <paramref name="Stage"/>.</param>
/// <param name="Picture">The picture from <paramref name="Stage"/>, unclamped; null after the prior.</param>
/// <param name="Timings">Seconds of the stages so far.</param>
public sealed record StageResult(GenerationStage? Stage, float[] ImageEmbedding, SignedImage? Picture, IReadOnlyList<StageTiming> Timings)
{
    /// <summary>The index of the current part, from 0, of a picture that is painted in parts.</summary>
    public int Frame { get; init; }

    /// <summary>The whole picture with the parts before <see cref="Frame"/> painted; null before the first part.</summary>
    public SourcePicture? Canvas { get; init; }
}
