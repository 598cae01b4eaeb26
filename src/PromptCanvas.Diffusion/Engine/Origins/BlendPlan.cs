using PromptCanvas.Diffusion.Guidance;

namespace PromptCanvas.Diffusion.Engine.Origins;

/// <summary>Image embeddings of pictures, and of phrases by the prior with the seed S, mixed along arcs.</summary>
internal sealed class BlendPlan(BlendOrigin origin) : OriginPlan
{
    private readonly float[][] embeddings = new float[origin.Inputs.Count][];

    public override IEnumerable<Preparation> Begin(OriginContext context)
    {
        var preparations = new List<Preparation>();
        for (var slot = 0; slot < origin.Inputs.Count; slot++)
        {
            if (origin.Inputs[slot] is EmbeddingInput { Embedding: var known })
            {
                embeddings[slot] = known;
                continue;
            }

            if (origin.Inputs[slot] is not TextInput { Text: var text })
            {
                embeddings[slot] = context.Embed(origin.Inputs[slot])[0];
                continue;
            }

            var texts = context.Texts.Encode(text, context.Request.NegativePrompt, context.Cancellation);
            if (context.Request.Overrides.Conditioning == ConditioningMode.TextEmbedding)
            {
                embeddings[slot] = texts.Prompt.Embedding;
            }
            else
            {
                preparations.Add(new EmbeddingPreparation(slot, texts));
            }
        }

        return preparations;
    }

    public override void Accept(Preparation preparation, float[] result) => embeddings[preparation.Slot] = result;

    public override PictureStart StartOf(int imageIndex, uint seed, OriginContext context) =>
        new(origin.AsFrames ? Frame(Fraction(imageIndex, context.Request.Count)) : Mixture(), null);

    public override EffectiveRecipe Describe(EffectiveRecipe recipe, int imageIndex, int count) => recipe with
    {
        Prior = origin.Inputs.Any(input => input is TextInput) ? recipe.Prior : GivenEmbedding,
        Kind = "blend",
        Weights = origin.Weights,
        Fraction = origin.AsFrames ? Fraction(imageIndex, count) : null,
    };

    private float[] Mixture() => EmbeddingSpace.Blend(embeddings, origin.Weights ?? [.. embeddings.Select(_ => 1.0)]);

    /// <summary>A point of the way from input to input, or with weights from the first input to the mixture.</summary>
    private float[] Frame(double fraction)
    {
        var frame = new float[embeddings[0].Length];
        if (origin.Weights is not null)
        {
            SphericalInterpolation.Interpolate(embeddings[0], Mixture(), fraction, frame);
            return frame;
        }

        var position = fraction * (embeddings.Length - 1);
        var first = Math.Min((int)position, embeddings.Length - 2);
        SphericalInterpolation.Interpolate(embeddings[first], embeddings[first + 1], Math.Min(1, position - first), frame);
        return frame;
    }
}
