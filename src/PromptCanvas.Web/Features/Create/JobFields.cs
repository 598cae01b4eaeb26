using PromptCanvas.Data.Jobs;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Generation.Requests;
using PromptCanvas.Generation.Requests.Operations;
using PromptCanvas.Generation.Results;

namespace PromptCanvas.Web.Features.Create;

/// <summary>Reads the body of a request. A field that the kind does not take is refused rather than ignored.</summary>
internal static class JobFields
{
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

        if (RequestedSeed.Check(body.Seed).Refusal is { } noSeed)
        {
            return noSeed;
        }

        if (body.Board is { } board && !Guid.TryParse(board, out _))
        {
            return new NotFound($"There is no board with the id {board}.");
        }

        if (!kind.Read(fields).TryGet(out var operation, out var refusal))
        {
            return refusal;
        }

        return (CheckNumbers(body, operation) && StyleChoice.Check(body.Style, body.StyleWeight)).Refusal is { } unfit ? unfit : ToJob(body, operation, idempotencyKey);
    }

    private static Result CheckNumbers(CreateJobBody body, JobOperation operation) => body switch
    {
        { Size: not null } when operation is DraftOperation => new InvalidInput("size", "Drafts have the size that the model draws first; leave the size out."),
        { Count: not null } when operation is FinishOperation => new InvalidInput("count", "Each draft is finished once; leave the count out."),
        { Count: not null } when operation.FrameCount is not null => new InvalidInput("count", "A row has frames instead of a count; leave the count out."),
        _ => Result.Done,
    };

    private static NewJob ToJob(CreateJobBody body, JobOperation operation, string idempotencyKey) => new()
    {
        IdempotencyKey = idempotencyKey,
        Prompt = body.Prompt?.Trim() ?? "",
        NegativePrompt = string.IsNullOrWhiteSpace(body.NegativePrompt) ? null : body.NegativePrompt.Trim(),
        Operation = operation,
        Count = body.Count ?? NewJob.DefaultCount,
        Size = body.Size,
        Seed = RequestedSeed.Of(body.Seed),
        Model = body.Model,
        Overrides = new RecipeOverrides { DecoderSteps = body.Steps, DecoderGuidance = body.Guidance },
        Style = StyleChoice.Of(body.Style, body.StyleWeight),
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

        return fields.Present().FirstOrDefault(field => !kind.Fields.Contains(field)) switch
        {
            null => Result.Done,
            ("style" or "styleWeight") and var style when kind.WithoutStyle is { } reason => new InvalidInput(style, reason),
            var foreign => new InvalidInput(foreign, $"The kind \"{kind.Kind}\" takes no {foreign}; leave it out."),
        };
    }
}
