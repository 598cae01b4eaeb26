using System.Text.Json;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Generation.Requests;
using PromptCanvas.Generation.Results;

namespace PromptCanvas.Web.Features.Create;

/// <summary>The body of a request → what is asked of the queue. A field that the kind does not take is refused rather than overlooked.</summary>
internal static class JobFields
{
    private static readonly string[] OfEveryKind = ["kind", "negativePrompt", "size", "seed", "model", "visibility", "count", "board"];

    private static readonly Dictionary<string, string[]> OfKind = new()
    {
        [JobKinds.Generate] = ["prompt"],
        [JobKinds.Edit] = ["prompt", "source", "mask"],
        [JobKinds.Erase] = ["source", "mask"],
        [JobKinds.Extend] = ["prompt", "source", "extend"],
        [JobKinds.Vary] = ["source", "strength"],
        [JobKinds.Blend] = ["inputs", "frames"],
        [JobKinds.TextDifference] = ["source", "from", "to", "frames"],
    };

    public static Result<NewJob> Read(CreateJobBody body, string idempotencyKey)
    {
        if (body.Kind is not { } kind || !OfKind.TryGetValue(kind, out var own))
        {
            return new InvalidInput("kind", $"The kind must be one of {string.Join(", ", JobKinds.All)}.");
        }

        if (CheckNames(body, kind, own) is { } foreign)
        {
            return foreign;
        }

        if (body.Board is { } board && !Guid.TryParse(board, out _))
        {
            return new NotFound($"There is no board with the id {board}.");
        }

        return ReadMaterial(body, kind).TryGet(out var material, out var refusal)
            ? new NewJob
            {
                IdempotencyKey = idempotencyKey,
                Prompt = body.Prompt?.Trim() ?? "",
                NegativePrompt = string.IsNullOrWhiteSpace(body.NegativePrompt) ? null : body.NegativePrompt.Trim(),
                Material = material.Value,
                Count = body.Count ?? NewJob.DefaultCount,
                Size = body.Size,
                Seed = body.Seed,
                Model = body.Model,
                Visibility = body.Visibility,
                Board = body.Board is null ? null : Guid.Parse(body.Board),
            }
            : refusal;
    }

    private static InvalidInput? CheckNames(CreateJobBody body, string kind, string[] own)
    {
        if (body.Unknown?.Keys.FirstOrDefault() is { } unknown)
        {
            return new InvalidInput(unknown, $"There is no field \"{unknown}\"; the kind \"{kind}\" takes {string.Join(", ", OfEveryKind.Concat(own))}.");
        }

        if (Given(body).FirstOrDefault(field => !OfEveryKind.Contains(field) && !own.Contains(field)) is { } foreign)
        {
            return new InvalidInput(foreign, $"The kind \"{kind}\" takes no {foreign}; leave it out.");
        }

        var isRow = kind == JobKinds.TextDifference || body.Frames is not null;
        return isRow && body.Count is not null ? new InvalidInput("count", "A row has frames instead of a count; leave the count out.") : null;
    }

    /// <summary>The fields, among those that only some kinds take, that were given.</summary>
    private static IEnumerable<string> Given(CreateJobBody body)
    {
        (string Name, object? Value)[] fields =
        [
            ("prompt", body.Prompt), ("source", body.Source), ("mask", body.Mask), ("strength", body.Strength), ("extend", body.Extend),
            ("inputs", body.Inputs), ("from", body.From), ("to", body.To), ("frames", body.Frames),
        ];
        return fields.Where(field => field.Value is not null).Select(field => field.Name);
    }

    private static Result<Perhaps<Material>> ReadMaterial(CreateJobBody body, string kind) => kind switch
    {
        JobKinds.Edit => With(body.Source, "source", source => With(body.Mask, "mask", mask => Done(new EditMaterial(source, mask)))),
        JobKinds.Erase => With(body.Source, "source", source => With(body.Mask, "mask", mask => Done(new EraseMaterial(source, mask)))),
        JobKinds.Extend => With(body.Source, "source", source => ReadExtension(body, source)),
        JobKinds.Vary => With(body.Source, "source", source => ReadVariation(body, source)),
        JobKinds.Blend => ReadBlend(body),
        JobKinds.TextDifference => With(body.Source, "source", source => Done(
            new TextDifferenceMaterial(source, body.From?.Trim() ?? "", body.To?.Trim() ?? "", body.Frames ?? TextDifferenceMaterial.DefaultFrames))),
        _ => Done(null),
    };

    private static Result<Perhaps<Material>> Done(Material? material) => new Perhaps<Material>(material);

    private static Result<Perhaps<Material>> With(string? id, string field, Func<Guid, Result<Perhaps<Material>>> make)
    {
        if (string.IsNullOrEmpty(id))
        {
            return new InvalidInput(field, $"Name the {field}: the id of an upload or of a picture.");
        }

        // What is no id is no picture's.
        return Guid.TryParse(id, out var picture) ? make(picture) : new NotFound($"There is no picture or upload with the id {id}.");
    }

    private static Result<Perhaps<Material>> ReadExtension(CreateJobBody body, Guid source) => body.Extend is { } sides
        ? Done(new ExtendMaterial(source, new Extension(sides.Left, sides.Right, sides.Up, sides.Down)))
        : new InvalidInput("extend", "There is nothing to extend: say by how many pixels to the left, right, up or down.");

    private static Result<Perhaps<Material>> ReadVariation(CreateJobBody body, Guid source) => body.Strength switch
    {
        null => Done(new VaryMaterial(source)),
        { ValueKind: JsonValueKind.Number } number => Done(new VaryMaterial(source, number.GetDouble())),
        { ValueKind: JsonValueKind.String } word when word.GetString() is "subtle" => Done(new VaryMaterial(source, VariationOrigin.Subtle)),
        { ValueKind: JsonValueKind.String } word when word.GetString() is "strong" => Done(new VaryMaterial(source, VariationOrigin.Strong)),
        _ => new InvalidInput("strength", "The strength is a number from 0 to 1, \"subtle\" or \"strong\"."),
    };

    private static Result<Perhaps<Material>> ReadBlend(CreateJobBody body)
    {
        var inputs = new List<BlendInput>();
        foreach (var input in body.Inputs ?? [])
        {
            if (input?.Image is { } image && !Guid.TryParse(image, out _))
            {
                return new NotFound($"There is no picture or upload with the id {image}.");
            }

            inputs.Add(new BlendInput(input?.Image is { } id ? Guid.Parse(id) : null, input?.Text, input?.Weight));
        }

        return Done(new BlendMaterial(inputs, body.Frames));
    }

    /// <summary>A value that may be none.</summary>
    private readonly record struct Perhaps<T>(T? Value);
}
