using Microsoft.AspNetCore.Components;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Generation.Library;

namespace PromptCanvas.Web.Components.Gallery;

/// <summary>Links to the prompt box with a picture's settings. settings.js builds the same links from picture files.</summary>
internal static class PictureSettings
{
    /// <summary>Whether prompt and settings alone reproduce the picture; others also need the pictures they were made from.</summary>
    public static bool AreEnough(PictureView picture) => picture is { Kind: JobKinds.Generate, Prompt.Length: > 0 };

    /// <summary>The prompt alone, for new pictures of the same content.</summary>
    public static string Prompt(NavigationManager navigation, PictureView picture) => Address(navigation, new()
    {
        ["prompt"] = picture.Prompt,
        ["negative"] = picture.NegativePrompt,
    });

    /// <summary>All of the picture's settings: pressing Generate makes it again.</summary>
    public static string Everything(NavigationManager navigation, PictureView picture) => Address(navigation, new()
    {
        ["prompt"] = picture.Prompt,
        ["negative"] = picture.NegativePrompt,
        ["seed"] = (long)picture.Seed,
        ["size"] = Math.Max(picture.Width, picture.Height),
        ["aspect"] = picture.Recipe?.Aspect,
        ["model"] = picture.Model,
        ["steps"] = picture.Recipe?.DecoderSteps,
        ["guidance"] = picture.Recipe?.DecoderGuidance,
        ["style"] = picture.Recipe?.Style?.Id,
        ["styleWeight"] = picture.Recipe?.Style is { Id: not null } style ? style.Weight : null,
        ["count"] = 1,
    });

    private static string Address(NavigationManager navigation, Dictionary<string, object?> parts) => navigation.GetUriWithQueryParameters(navigation.BaseUri, parts);
}
