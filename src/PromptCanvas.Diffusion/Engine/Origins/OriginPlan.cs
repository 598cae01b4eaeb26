using PromptCanvas.Diffusion.Models;
using PromptCanvas.Diffusion.Schedulers;

namespace PromptCanvas.Diffusion.Engine.Origins;

/// <summary>How a request's origin becomes each picture's image embedding and start. One for each request, used by the engine's thread.</summary>
internal abstract class OriginPlan
{
    /// <summary>The prior's name when a picture's own embedding replaces it.</summary>
    protected const string GivenEmbedding = "given";

    /// <summary>The plan of an origin.</summary>
    public static OriginPlan Create(PictureOrigin origin) => origin switch
    {
        VariationOrigin variation => new VariationPlan(variation),
        BlendOrigin blend => new BlendPlan(blend),
        TextDifferenceOrigin difference => new TextDifferencePlan(difference),
        ChangeOrigin change => new ChangePlan(change),
        _ => throw new ArgumentOutOfRangeException(nameof(origin), origin, "This origin has no plan."),
    };

    /// <summary>The decoder's recipe for an origin: one that starts from a picture goes its way back by DDIM in as many steps.</summary>
    /// <param name="model">The model.</param>
    /// <param name="request">Whose recipe.</param>
    /// <param name="recipe">The decoder's, the request's changes included.</param>
    public static StageRecipe DecoderRecipe(UnClipModel model, GenerationRequest request, StageRecipe recipe)
    {
        var inverted = recipe with
        {
            Sampler = SamplerKind.Ddim,
            Steps = request.Overrides.DecoderSteps ?? model.Recipe.InversionSteps,
            Eta = 0,
        };
        return request.Origin switch
        {
            VariationOrigin variation => inverted with
            {
                Eta = variation.Strength,
                GuidanceScale = VariationPlan.Guidance(variation.Strength, recipe.GuidanceScale),
            },
            TextDifferenceOrigin or ChangeOrigin => inverted with { GuidanceScale = request.Overrides.DecoderGuidance ?? 1 },
            _ => recipe,
        };
    }

    /// <summary>Encodes the origin's inputs, and returns the preparations needed before the pictures.</summary>
    public abstract IEnumerable<Preparation> Begin(OriginContext context);

    /// <summary>Stores the result of a preparation.</summary>
    /// <param name="preparation">One of those <see cref="Begin"/> gave.</param>
    /// <param name="result">An embedding (E values) or noise in the decoder's layout.</param>
    public abstract void Accept(Preparation preparation, float[] result);

    /// <summary>What a picture is decoded from; all preparations are done.</summary>
    /// <param name="imageIndex">Whose.</param>
    /// <param name="seed">Its own seed.</param>
    /// <param name="context">The inputs of the plan.</param>
    public abstract PictureStart StartOf(int imageIndex, uint seed, OriginContext context);

    /// <summary>Adds the origin's settings to a recipe.</summary>
    public abstract EffectiveRecipe Describe(EffectiveRecipe recipe, int imageIndex, int count);

    /// <summary>How far along a row a frame is, 0 … 1.</summary>
    protected static double Fraction(int imageIndex, int count) => count == 1 ? 0 : (double)imageIndex / (count - 1);
}
