using System.Text.Json;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Generation.Requests.Editing;
using PromptCanvas.Generation.Results;

namespace PromptCanvas.Generation.Requests.Operations;

/// <summary>The unparsed request fields that only some kinds take; null = absent.</summary>
public sealed record OperationFields
{
    public string? Prompt { get; init; }

    /// <summary>A picture's id.</summary>
    public string? Source { get; init; }

    /// <summary>A picture's id.</summary>
    public string? Mask { get; init; }

    /// <summary>A number or a word.</summary>
    public JsonElement? Strength { get; init; }

    public Extension? Extend { get; init; }

    public IReadOnlyList<InputFields?>? Inputs { get; init; }

    /// <summary>Width to height, such as 16:9.</summary>
    public string? Aspect { get; init; }

    public string? From { get; init; }

    public string? To { get; init; }

    public int? Frames { get; init; }

    /// <summary>The ids of drafts.</summary>
    public IReadOnlyList<string?>? Drafts { get; init; }

    /// <summary>A style's id.</summary>
    public string? Style { get; init; }

    public double? StyleWeight { get; init; }

    /// <summary>The names of the fields that are present.</summary>
    public IEnumerable<string> Present()
    {
        (string Name, object? Value)[] fields =
        [
            ("prompt", Prompt), ("source", Source), ("mask", Mask), ("strength", Strength), ("extend", Extend),
            ("inputs", Inputs), ("aspect", Aspect), ("from", From), ("to", To), ("frames", Frames), ("drafts", Drafts),
            ("style", Style), ("styleWeight", StyleWeight),
        ];
        return fields.Where(field => field.Value is not null).Select(field => field.Name);
    }

    internal Result<JobOperation> WithSource(Func<Guid, Result<JobOperation>> make) => With(Source, "source", make);

    internal Result<JobOperation> WithMask(Func<Guid, Result<JobOperation>> make) => With(Mask, "mask", make);

    private static Result<JobOperation> With(string? id, string field, Func<Guid, Result<JobOperation>> make)
    {
        if (string.IsNullOrEmpty(id))
        {
            return new InvalidInput(field, $"Name the {field}: the id of an upload or of a picture.");
        }

        return Guid.TryParse(id, out var picture) ? make(picture) : NoPicture(id);
    }

    internal static Result<AspectRatio> AspectOf(string text) => AspectRatio.TryParse(text, out var aspect) ? aspect : NoAspect(Excerpt.Of(text));

    internal static InvalidInput NoAspect(string text) => new(
        "aspect", $"\"{text}\" is not an aspect ratio: give W:H in whole numbers such as 16:9, the longer side at most {AspectRatio.Longest} times the shorter.");

    /// <summary>The refusal for a draft that does not exist, has expired, or is another person's.</summary>
    internal static NotFound NoDraft(string? id) => new($"There is no draft with the id {Excerpt.Of(id ?? "")}; drafts that are not finished expire.");

    internal static NotFound NoPicture(string id) => new($"There is no picture or upload with the id {id}.");
}

/// <summary>One unparsed member of a blend.</summary>
/// <param name="Image">A picture's id.</param>
public sealed record InputFields(string? Image, string? Text, double? Weight);
