using PromptCanvas.Diffusion.Engine.Lanes;
using PromptCanvas.Diffusion.Models;
using PromptCanvas.Diffusion.Networks;
using PromptCanvas.Diffusion.Schedulers;

namespace PromptCanvas.Diffusion.Engine.Stages;

/// <summary>What a decoder of latents is conditioned on, and what guidance steers it away from.</summary>
internal abstract class LatentConditioner
{
    /// <summary>The network's input for <see cref="LatentConditioning.Embedding"/>.</summary>
    public abstract string EmbeddingName { get; }

    /// <summary>L, the number of text tokens; 0 where the network reads no text.</summary>
    public abstract int ContextTokens { get; }

    /// <summary>The conditioner of a model.</summary>
    public static LatentConditioner Of(UnClipModel model, LatentSpace latents, INoiseSource noise) =>
        latents.Text is { } text ? new NoisedConditioner(model, text, noise) : new EmbeddingConditioner();

    /// <summary>Computes what all lanes share.</summary>
    public abstract void Prepare(LatentFacts facts, CancellationToken cancellationToken);

    /// <summary>A lane's two rows.</summary>
    public abstract (LatentConditioning Unconditional, LatentConditioning Conditional) RowsOf(Lane lane);
}

/// <summary>Kandinsky: the image embedding alone; guidance steers away from the negative prompt's embedding, or from that of nothing.</summary>
internal sealed class EmbeddingConditioner : LatentConditioner
{
    private float[] embeddingOfNothing = [];

    public override string EmbeddingName => NetworkNames.ImageEmbeds;

    public override int ContextTokens => 0;

    public override void Prepare(LatentFacts facts, CancellationToken cancellationToken)
    {
        facts.PrepareNothing(cancellationToken);
        embeddingOfNothing = facts.EmbeddingOfNothing;
    }

    public override (LatentConditioning Unconditional, LatentConditioning Conditional) RowsOf(Lane lane) => (
        new LatentConditioning(lane.NegativeEmbedding.Length > 0 ? lane.NegativeEmbedding : embeddingOfNothing, []),
        new LatentConditioning(lane.ImageEmbedding, []));
}

/// <summary>
/// Stable unCLIP: text states, and as class labels the image embedding with noise, followed by the sinusoid of the noise's level; guidance steers away
/// from the negative prompt with labels that are all 0.
/// </summary>
/// <remarks>Source: diffusers' <c>StableUnCLIPPipeline.noise_image_embeddings</c>.</remarks>
internal sealed class NoisedConditioner(UnClipModel model, DecoderTextComponent text, INoiseSource noise) : LatentConditioner
{
    private const double LongestPeriod = 10000;

    private readonly NoiseSchedule schedule = NoiseSchedule.FromSettings(text.Noising);

    public override string EmbeddingName => NetworkNames.ClassLabels;

    public override int ContextTokens => text.Tokenizer.Length;

    public override void Prepare(LatentFacts facts, CancellationToken cancellationToken)
    {
        // Its two rows follow from the lane alone.
    }

    public override (LatentConditioning Unconditional, LatentConditioning Conditional) RowsOf(Lane lane)
    {
        // A preparation belongs to no picture; its noise is the same in every request.
        var seed = lane.Preparation is null ? lane.Seed : DecoderStage.InversionSeed;
        var drawn = new float[lane.ImageEmbedding.Length];
        noise.Fill(drawn, seed, GenerationStage.Decoder, INoiseSource.EmbeddingNoise);
        var labels = Noised(lane.ImageEmbedding, drawn, model.Recipe.NoiseLevel);
        var prompt = model.Recipe.CaptionTokens ? lane.Texts.Prompt : lane.Texts.Empty;
        var negative = model.Recipe.CaptionTokens ? lane.Texts.Negative : lane.Texts.Empty;
        return (
            new LatentConditioning(new float[labels.Length], negative.DecoderStates),
            new LatentConditioning(labels, prompt.DecoderStates));
    }

    /// <summary>The labels of an image embedding: standardised, noised and restored, then [cos ‖ sin] of the level; 2·E values.</summary>
    /// <param name="embedding">E values, not normalised.</param>
    /// <param name="drawn">Standard normal noise, E values.</param>
    /// <param name="level">A timestep of the noising schedule, 0 or more.</param>
    internal float[] Noised(ReadOnlySpan<float> embedding, ReadOnlySpan<float> drawn, int level)
    {
        var width = embedding.Length;
        var standardised = new float[width];
        for (var index = 0; index < width; index++)
        {
            standardised[index] = (embedding[index] - text.Mean[index]) / text.StandardDeviation[index];
        }

        var labels = new float[2 * width];
        schedule.AddNoise(level, standardised, drawn, labels.AsSpan(0, width));
        for (var index = 0; index < width; index++)
        {
            labels[index] = (labels[index] * text.StandardDeviation[index]) + text.Mean[index];
        }

        var half = width / 2;
        for (var index = 0; index < half; index++)
        {
            var angle = level * Math.Exp(-Math.Log(LongestPeriod) * index / half);
            labels[width + index] = (float)Math.Cos(angle);
            labels[width + half + index] = (float)Math.Sin(angle);
        }

        return labels;
    }
}
