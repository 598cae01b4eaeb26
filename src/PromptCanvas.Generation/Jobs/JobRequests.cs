using System.Text.Json;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Diffusion.Engine;

namespace PromptCanvas.Generation.Jobs;

/// <summary>A job's row → what the engine is asked.</summary>
internal static class JobRequests
{
    public static GenerationRequest Of(Job job, IReadOnlyList<int> imageIndices, Func<int, bool> previewsWanted) => new()
    {
        Prompt = job.Prompt,
        NegativePrompt = job.NegativePrompt,
        Seed = (uint)job.Seed,
        Count = job.Count,
        ImageIndices = imageIndices,
        Size = job.Size,
        Person = job.PersonId?.ToString() ?? "",
        Overrides = JsonSerializer.Deserialize<RecipeOverrides>(job.Overrides, JobJson.Options) ?? RecipeOverrides.None,
        PreviewsWanted = previewsWanted,
    };
}
