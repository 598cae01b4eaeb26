using PromptCanvas.Data.Jobs;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Generation.Requests;
using PromptCanvas.Generation.Requests.Operations;
using PromptCanvas.Generation.Results;

namespace PromptCanvas.Web.Features.Create;

/// <summary>Reads the body of a request. A field that the kind does not take is refused rather than ignored.</summary>
internal static class JobFields
{
    // As programs of this field write it.
    private const int RandomSeed = -1;

    private static readonly string[] OfEveryKind = ["kind", "negativePrompt", "size", "seed", "model", "steps", "guidance", "visibility", "count", "board"];

    public static Result<NewJob> Read(CreateJobBody body, string idempotencyKey)
    {
        if (OperationDefinitions.Find(body.Kind ?? JobKinds.Generate) is not { } kind)
        {
            return new InvalidInput("kind", $"The kind must be one of {string.Join(", ", JobKinds.All)}.");
        }

        var fields = body.ToFields();
        if (CheckNames(body, kind, fields).Refusal is { } foreign)
        {
            return foreign;
        }

        if (body.Seed is < RandomSeed or > uint.MaxValue)
        {
            return new InvalidInput("seed", $"A seed is a whole number from 0 to {uint.MaxValue}, or {RandomSeed} for a random one.");
        }

        if (body.Board is { } board && !Guid.TryParse(board, out _))
        {
            return new NotFound($"There is no board with the id {board}.");
        }

        if (!kind.Read(fields).TryGet(out var operation, out var refusal))
        {
            return refusal;
        }

        return operation.FrameCount is not null && body.Count is not null
            ? new InvalidInput("count", "A row has frames instead of a count; leave the count out.")
            : ToJob(body, operation, idempotencyKey);
    }

    private static NewJob ToJob(CreateJobBody body, JobOperation operation, string idempotencyKey) => new()
    {
        IdempotencyKey = idempotencyKey,
        Prompt = body.Prompt?.Trim() ?? "",
        NegativePrompt = string.IsNullOrWhiteSpace(body.NegativePrompt) ? null : body.NegativePrompt.Trim(),
        Operation = operation,
        Count = body.Count ?? NewJob.DefaultCount,
        Size = body.Size,
        Seed = body.Seed is null or RandomSeed ? null : (uint)body.Seed,
        Model = body.Model,
        Overrides = new RecipeOverrides { DecoderSteps = body.Steps, DecoderGuidance = body.Guidance },
        Visibility = body.Visibility,
        Board = body.Board is null ? null : Guid.Parse(body.Board),
    };

    private static Result CheckNames(CreateJobBody body, OperationDefinition kind, OperationFields fields)
    {
        if (body.Unknown?.Keys.FirstOrDefault() is { } sent)
        {
            var unknown = Excerpt.Of(sent);
            return new InvalidInput(unknown, $"There is no field \"{unknown}\"; the kind \"{kind.Kind}\" takes {string.Join(", ", OfEveryKind.Concat(kind.Fields))}.");
        }

        return fields.Present().FirstOrDefault(field => !kind.Fields.Contains(field)) is { } foreign
            ? new InvalidInput(foreign, $"The kind \"{kind.Kind}\" takes no {foreign}; leave it out.")
            : Result.Done;
    }
}
