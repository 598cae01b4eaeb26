using PromptCanvas.Diffusion.Guidance;

namespace PromptCanvas.Diffusion.Engine.Origins;

/// <summary>The picture's own embedding, moved along the arc to the difference of two texts' embeddings; the picture's own noise by inversion.</summary>
internal sealed class TextDifferencePlan(TextDifferenceOrigin origin) : OriginPlan
{
    private float[] embedding = [];
    private float[] direction = [];
    private float[] inverted = [];

    public override IEnumerable<Preparation> Begin(OriginContext context)
    {
        embedding = context.Embed(new ImageInput(origin.Picture))[0];
        var texts = context.Embed(new TextInput(origin.From), new TextInput(origin.To));
        direction = EmbeddingSpace.Difference(texts[0], texts[1], EmbeddingSpace.Length(embedding));
        return [new InversionPreparation(0, context.Drawn(origin.Picture), embedding)];
    }

    public override void Accept(Preparation preparation, float[] result) => inverted = result;

    public override PictureStart StartOf(int imageIndex, uint seed, OriginContext context)
    {
        var moved = new float[embedding.Length];
        SphericalInterpolation.Interpolate(embedding, direction, origin.Reach * Fraction(imageIndex, context.Request.Count), moved);
        return new PictureStart(moved, new DecoderStart(inverted, 0));
    }

    public override EffectiveRecipe Describe(EffectiveRecipe recipe, int imageIndex, int count) => recipe with
    {
        Prior = GivenEmbedding,
        Kind = "textdiff",
        From = origin.From,
        To = origin.To,
        Fraction = origin.Reach * Fraction(imageIndex, count),
    };
}
