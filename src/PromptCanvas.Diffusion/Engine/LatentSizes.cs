using PromptCanvas.Diffusion.Models;

namespace PromptCanvas.Diffusion.Engine;

/// <summary>The sides of the pictures a model of latents makes: every multiple of its cell between the smallest and the largest of its recipe.</summary>
internal static class LatentSizes
{
    /// <summary>The longer side it makes when asked for one: rounded up to a multiple, and brought into its range.</summary>
    public static int Made(ModelRecipe recipe, LatentSpace latents, int side)
    {
        var multiple = latents.SideMultiple;
        return Math.Clamp((side + multiple - 1) / multiple * multiple, recipe.Sizes[0], recipe.Sizes[^1]);
    }

    /// <summary>Whether it makes exactly this side.</summary>
    public static bool Makes(ModelRecipe recipe, LatentSpace latents, int side) =>
        side % latents.SideMultiple == 0 && side >= recipe.Sizes[0] && side <= recipe.Sizes[^1];
}
