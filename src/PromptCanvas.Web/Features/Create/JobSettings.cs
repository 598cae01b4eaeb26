using Microsoft.AspNetCore.Components;
using PromptCanvas.Generation.Queue;

namespace PromptCanvas.Web.Features.Create;

/// <summary>Links to the prompt box with a run's settings.</summary>
internal static class JobSettings
{
    public static string Prompt(NavigationManager navigation, JobView job) => Address(navigation, new()
    {
        ["prompt"] = job.Caption,
        ["negative"] = job.NegativePrompt,
    });

    /// <summary>All settings except the seed, for new pictures of the same kind.</summary>
    public static string Everything(NavigationManager navigation, JobView job) => Address(navigation, new()
    {
        ["prompt"] = job.Prompt,
        ["negative"] = job.NegativePrompt,
        ["size"] = job.Aspect.IsSquare ? job.Size : Math.Max(job.Width, job.Height),
        ["aspect"] = job.Aspect.IsSquare ? null : job.Aspect.ToString(),
        ["model"] = job.Model,
        ["steps"] = job.Overrides.DecoderSteps,
        ["guidance"] = job.Overrides.DecoderGuidance,
        ["style"] = job.Style?.Id,
        ["styleWeight"] = job.Style?.Weight,
        ["count"] = job.Images.Count,
    });

    private static string Address(NavigationManager navigation, Dictionary<string, object?> parts) =>
        navigation.GetUriWithQueryParameters(navigation.BaseUri, parts);
}
