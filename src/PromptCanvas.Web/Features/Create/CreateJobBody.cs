using System.Text.Json;
using System.Text.Json.Serialization;
using PromptCanvas.Generation.Requests.Editing;
using PromptCanvas.Generation.Requests.Operations;

namespace PromptCanvas.Web.Features.Create;

/// <summary>The body of <c>POST /api/jobs</c>. An operation's definition says which fields its kind takes.</summary>
internal sealed record CreateJobBody
{
    /// <summary>generate, edit, erase, extend, vary, blend, textdiff, draft or finish; default generate.</summary>
    public string? Kind { get; init; }

    public string? Prompt { get; init; }

    public string? NegativePrompt { get; init; }

    /// <summary>Number of pictures; default 4.</summary>
    public int? Count { get; init; }

    /// <summary>64, 256, 512 or 1024; default 1024, and for edits the size that fits the source. Drafts have the size of the model's decoder.</summary>
    public int? Size { get; init; }

    /// <summary>Width to height, such as 16:9; the size is the longer side. Default 1:1. Kind extend: the ratio to extend to, in place of extend.</summary>
    public string? Aspect { get; init; }

    /// <summary>0 … 4294967295; -1 or none = a random one.</summary>
    public long? Seed { get; init; }

    public string? Model { get; init; }

    /// <summary>Steps of the decoder; default the model's own.</summary>
    public int? Steps { get; init; }

    /// <summary>Guidance of the decoder, 0 … 50; default the model's own.</summary>
    public double? Guidance { get; init; }

    /// <summary>The id of a style that you may see; kinds generate, draft, edit, extend with a prompt, vary and blend.</summary>
    public string? Style { get; init; }

    /// <summary>-1 … 1; default 0.5. Less than 0 leads away from the style.</summary>
    public double? StyleWeight { get; init; }

    /// <summary>The id of an upload or of a picture that you may see.</summary>
    public string? Source { get; init; }

    /// <summary>The id of an upload or picture with the source's size. Transparent pixels (black ones when nothing is transparent) are repainted.</summary>
    public string? Mask { get; init; }

    /// <summary>0 … 1, "subtle" or "strong"; default "strong".</summary>
    public JsonElement? Strength { get; init; }

    public ExtendBody? Extend { get; init; }

    public IReadOnlyList<InputBody?>? Inputs { get; init; }

    /// <summary>Caption of the source.</summary>
    public string? From { get; init; }

    /// <summary>Caption of the target.</summary>
    public string? To { get; init; }

    /// <summary>Number of pictures in a row, 2 … 32.</summary>
    public int? Frames { get; init; }

    /// <summary>The ids of the drafts to finish, all of one job; kind finish.</summary>
    public IReadOnlyList<string?>? Drafts { get; init; }

    /// <summary>team or private; default team, or private when a private picture is used.</summary>
    public string? Visibility { get; init; }

    /// <summary>The id of a board that you may see; the pictures are added to it.</summary>
    public string? Board { get; init; }

    /// <summary>Unknown fields.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Unknown { get; init; }

    /// <summary>The fields that only some kinds take.</summary>
    public OperationFields ToFields() => new()
    {
        Prompt = Prompt,
        Source = Source,
        Mask = Mask,
        Strength = Strength,
        Extend = Extend is { } sides ? new Extension(sides.Left, sides.Right, sides.Up, sides.Down) : null,
        Inputs = Inputs is null ? null : [.. Inputs.Select(input => input is null ? null : new InputFields(input.Image, input.Text, input.Weight))],
        Aspect = Aspect,
        From = From,
        To = To,
        Frames = Frames,
        Drafts = Drafts,
        Style = Style,
        StyleWeight = StyleWeight,
    };
}

/// <summary>The extension in pixels on each side.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record ExtendBody
{
    public int Left { get; init; }

    public int Right { get; init; }

    public int Up { get; init; }

    public int Down { get; init; }
}

/// <summary>A picture or a phrase to blend.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record InputBody
{
    /// <summary>The id of an upload or of a picture that you may see.</summary>
    public string? Image { get; init; }

    public string? Text { get; init; }

    public double? Weight { get; init; }
}
