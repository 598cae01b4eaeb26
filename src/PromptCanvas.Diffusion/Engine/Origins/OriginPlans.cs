using PromptCanvas.Diffusion.Models;
using PromptCanvas.Diffusion.Schedulers;

namespace PromptCanvas.Diffusion.Engine.Origins;

/// <summary>The plan and the decoder's recipe of each kind of origin.</summary>
internal static class OriginPlans
{
    /// <summary>The plan of an origin.</summary>
    public static OriginPlan Create(PictureOrigin origin) => origin switch
    {
        VariationOrigin variation => new VariationPlan(variation),
        BlendOrigin blend => new BlendPlan(blend),
        TextDifferenceOrigin difference => new TextDifferencePlan(difference),
        ChangeOrigin change => new ChangePlan(change),
        _ => throw new ArgumentOutOfRangeException(nameof(origin), origin, "This origin has no plan."),
    };

    /// <summary>The decoder's recipe for an origin. Where the decoder starts from a picture, it uses DDIM, with as many steps as the inversion.</summary>
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
}
