using PromptCanvas.Diffusion.Guidance;

namespace PromptCanvas.Diffusion.Engine.Origins;

/// <summary>
/// A picture's own embedding and, by inversion, its own noise; strength s lets both go. DDIM's η is s; guidance goes from 1, which draws the
/// picture again, to the model's own; the embedding moves along the arc to a random one; x_T moves to fresh noise in the upper half.
/// </summary>
/// <remarks>Source: Ramesh et al. (2022), section 3.1, for η; the rest makes the way from subtle to strong steady.</remarks>
internal sealed class VariationPlan(VariationOrigin origin) : OriginPlan
{
    /// <summary>How far along the arc to a random embedding the strongest variation goes: far enough to differ, near enough to show the same thing.</summary>
    private const double EmbeddingReach = 0.15;

    /// <summary>The strength from which on x_T is let go.</summary>
    private const double FreshNoiseFrom = 0.5;

    private float[] embedding = [];
    private float[]? inverted;

    /// <summary>Guidance of the decoder at a strength.</summary>
    /// <param name="strength">s, 0 … 1.</param>
    /// <param name="guidanceScale">w at strength 1.</param>
    public static double Guidance(double strength, double guidanceScale) => 1 + ((guidanceScale - 1) * strength);

    public override IEnumerable<Preparation> Begin(OriginContext context)
    {
        embedding = context.Embed(new ImageInput(origin.Picture))[0];
        return FreshFraction < 1 ? [new InversionPreparation(0, context.Drawn(origin.Picture), embedding)] : [];
    }

    public override void Accept(Preparation preparation, float[] result) => inverted = result;

    public override PictureStart StartOf(int imageIndex, uint seed, OriginContext context) =>
        new(Randomised(seed, context), inverted is null ? null : new DecoderStart(inverted, FreshFraction));

    public override EffectiveRecipe Describe(EffectiveRecipe recipe, int imageIndex, int count) =>
        recipe with { Prior = GivenEmbedding, Kind = "vary", Strength = origin.Strength };

    private double FreshFraction => Math.Max(0, (origin.Strength - FreshNoiseFrom) / (1 - FreshNoiseFrom));

    /// <summary>The embedding, moved towards one drawn from the distribution of all embeddings; its length stays.</summary>
    private float[] Randomised(uint seed, OriginContext context)
    {
        if (origin.Strength == 0)
        {
            return embedding;
        }

        // The prior does not run here, so its noise is free.
        var prior = context.Model.Prior;
        var random = new float[embedding.Length];
        context.Noise.Fill(random, seed, GenerationStage.Prior, INoiseSource.InitialNoise);
        for (var index = 0; index < random.Length; index++)
        {
            random[index] = (random[index] * prior.StandardDeviation[index]) + prior.Mean[index];
        }

        EmbeddingSpace.SetLength(random, EmbeddingSpace.Length(embedding));
        var moved = new float[embedding.Length];
        SphericalInterpolation.Interpolate(embedding, random, EmbeddingReach * origin.Strength, moved);
        return moved;
    }
}
