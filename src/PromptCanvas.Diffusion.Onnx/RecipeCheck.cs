using PromptCanvas.Diffusion.Models;
using PromptCanvas.Diffusion.Onnx.Checkpoints;
using PromptCanvas.Diffusion.Schedulers;

namespace PromptCanvas.Diffusion.Onnx;

/// <summary>Compares a recipe with the schedules it is for.</summary>
internal static class RecipeCheck
{
    /// <summary>A recipe may ask for at most as many steps as its sampler can take on the component's schedule.</summary>
    /// <param name="folder">The model's folder, for the message.</param>
    /// <param name="model">The model with its recipe.</param>
    /// <exception cref="ModelException">It asks for more.</exception>
    public static void Steps(string folder, UnClipModel model)
    {
        Check("inversion", new StageRecipe(SamplerKind.Ddim, model.Recipe.InversionSteps), model.Decoder.Scheduler);
        foreach (var recipe in model.Recipe.Profiles.Values.Prepend(model.Recipe))
        {
            Check("prior", recipe.Prior, model.Prior.Scheduler);
            Check("decoder", recipe.Decoder, model.Decoder.Scheduler);
            if (model.Latents?.Inpainting is { } inpainting)
            {
                Check("decoder", recipe.Decoder, inpainting.Scheduler);
            }

            for (var index = 0; index < model.SuperResolution.Count; index++)
            {
                Check(index == 0 ? "superResolution" : "superResolution1024", recipe.SuperResolutionStage(index), model.SuperResolution[index].Scheduler);
            }
        }

        void Check(string stage, StageRecipe recipe, SchedulerSettings scheduler)
        {
            var maximum = SamplerFactory.MaximumSteps(recipe.Sampler, scheduler);
            if (recipe.Steps > maximum)
            {
                throw new ModelException(
                    $"{Path.Combine(folder, RecipeFile.FileName)} ({stage}): 'steps' is {recipe.Steps}; the sampler can take {maximum} at most.");
            }
        }
    }
}
