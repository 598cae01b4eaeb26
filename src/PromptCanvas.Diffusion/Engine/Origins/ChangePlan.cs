using PromptCanvas.Diffusion.Guidance;

namespace PromptCanvas.Diffusion.Engine.Origins;

/// <summary>
/// The picture's own embedding, moved along the arc to the difference of what it should show and what it shows, then mixed with the references; the
/// picture's own noise by inversion, of which further pictures of the request keep less.
/// </summary>
internal sealed class ChangePlan(ChangeOrigin origin) : OriginPlan
{
    // As far as the last frame of a row goes.
    private const double Reach = 0.5;

    // The first picture keeps the layout; the others differ from it and from each other.
    private const double FreshNoiseOfOthers = 0.3;

    private float[] changed = [];
    private float[] inverted = [];

    public override IEnumerable<Preparation> Begin(OriginContext context)
    {
        var pictures = context.Embed([new ImageInput(origin.Picture), .. origin.References.Select(reference => new ImageInput(reference))]);
        var moved = new float[pictures[0].Length];
        SphericalInterpolation.Interpolate(pictures[0], Direction(context, EmbeddingSpace.Length(pictures[0])), Reach, moved);
        changed = EmbeddingSpace.Blend(
            [moved, .. pictures.Skip(1)], [1, .. origin.References.Select(_ => ChangeOrigin.ReferenceWeight)]);
        return [new InversionPreparation(0, context.Drawn(origin.Picture), pictures[0])];
    }

    public override void Accept(Preparation preparation, float[] result) => inverted = result;

    public override PictureStart StartOf(int imageIndex, uint seed, OriginContext context) =>
        new(changed, new DecoderStart(inverted, imageIndex == 0 ? 0 : FreshNoiseOfOthers));

    public override EffectiveRecipe Describe(EffectiveRecipe recipe, int imageIndex, int count) => recipe with
    {
        Prior = GivenEmbedding,
        Kind = "textdiff",
        From = origin.From,
        To = origin.To,
        Fraction = Reach,
    };

    private float[] Direction(OriginContext context, double length)
    {
        if (!string.IsNullOrEmpty(origin.From))
        {
            var texts = context.Embed(new TextInput(origin.From), new TextInput(origin.To));
            return EmbeddingSpace.Difference(texts[0], texts[1], length);
        }

        var target = context.Embed(new TextInput(origin.To))[0].ToArray();
        EmbeddingSpace.SetLength(target, length);
        return target;
    }
}
