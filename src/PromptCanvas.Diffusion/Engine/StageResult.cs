using PromptCanvas.Diffusion.Images;

namespace PromptCanvas.Diffusion.Engine;

/// <summary>What the finished stages of a picture gave: with the same request, the picture is the same whether it goes on from here or begins anew.</summary>
/// <param name="Stage">The last stage that is done; null = none, where only earlier parts of a picture are.</param>
/// <param name="ImageEmbedding">The CLIP image embedding, E values, not normalised; none where there is no <paramref name="Stage"/>.</param>
/// <param name="Picture">What <paramref name="Stage"/> drew, unclamped; null after the prior.</param>
/// <param name="Timings">Seconds of the stages so far.</param>
public sealed record StageResult(GenerationStage? Stage, float[] ImageEmbedding, SignedImage? Picture, IReadOnlyList<StageTiming> Timings)
{
    /// <summary>Of a picture that is painted in parts, the part this is about, from 0.</summary>
    public int Frame { get; init; }

    /// <summary>Of a picture that is painted in parts, the whole with the parts before <see cref="Frame"/> in it; null before the first.</summary>
    public SourcePicture? Canvas { get; init; }
}
