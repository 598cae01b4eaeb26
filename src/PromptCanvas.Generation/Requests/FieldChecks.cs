using PromptCanvas.Data.Pictures;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Generation.Requests.Operations;
using PromptCanvas.Generation.Results;

namespace PromptCanvas.Generation.Requests;

/// <summary>Checks a request's fields without further context.</summary>
internal static class FieldChecks
{
    private const int MaximumKeyLength = 200;
    private const int MinimumFrames = 2;

    private static readonly int[] Sizes = [64, 256, 512, 1024];

    /// <summary>Null if all fields are valid.</summary>
    public static InvalidInput? Check(NewJob job) =>
        CheckPrompt(job) ?? CheckNegativePrompt(job) ?? CheckCount(job) ?? job.Operation.Check() ?? CheckSize(job) ?? CheckVisibility(job)
        ?? CheckKey(job) ?? CheckEndUser(job);

    private static InvalidInput? CheckPrompt(NewJob job)
    {
        var prompt = job.Prompt.Trim();
        if (job.Operation.Definition.Prompt == PromptUse.Required && prompt.Length == 0)
        {
            return new InvalidInput("prompt", "The prompt is empty; say what to draw.");
        }

        if (job.Operation.Definition.Prompt == PromptUse.None && prompt.Length > 0)
        {
            return new InvalidInput("prompt", $"The kind \"{job.Kind}\" takes no prompt; leave it out.");
        }

        return prompt.Length > GenerationRequest.MaximumPromptLength
            ? new InvalidInput("prompt", $"The prompt has {prompt.Length} characters; at most {GenerationRequest.MaximumPromptLength} are read.")
            : TextChecks.Check("prompt", job.Prompt);
    }

    private static InvalidInput? CheckNegativePrompt(NewJob job) => job.NegativePrompt is { Length: > GenerationRequest.MaximumPromptLength }
        ? new InvalidInput("negativePrompt", $"The negative prompt is longer than {GenerationRequest.MaximumPromptLength} characters.")
        : TextChecks.Check("negativePrompt", job.NegativePrompt);

    private static InvalidInput? CheckCount(NewJob job)
    {
        if (job.Operation.FrameCount is { } frames)
        {
            return frames is < MinimumFrames or > GenerationRequest.MaximumFrames
                ? new InvalidInput("frames", $"A row has {MinimumFrames} to {GenerationRequest.MaximumFrames} frames, not {frames}.")
                : null;
        }

        return job.Count is < 1 or > GenerationRequest.MaximumCount
            ? new InvalidInput("count", $"One request makes 1 to {GenerationRequest.MaximumCount} pictures, not {job.Count}.")
            : null;
    }

    private static InvalidInput? CheckSize(NewJob job) => job.Size is { } size && !Sizes.Contains(size)
        ? new InvalidInput("size", $"Pictures of {size} pixels are not offered; choose {string.Join(", ", Sizes)}.")
        : null;

    private static InvalidInput? CheckVisibility(NewJob job) => job.Visibility is { } visibility && !Visibilities.All.Contains(visibility)
        ? new InvalidInput("visibility", $"Pictures are visible to {string.Join(" or ", Visibilities.All)}, not to {Excerpt.Of(visibility)}.")
        : null;

    private static InvalidInput? CheckKey(NewJob job)
    {
        if (string.IsNullOrWhiteSpace(job.IdempotencyKey))
        {
            return new InvalidInput("idempotencyKey", "The idempotency key is empty; leave it out, or use a new one for each request.");
        }

        return job.IdempotencyKey.Length > MaximumKeyLength
            ? new InvalidInput("idempotencyKey", $"The idempotency key is longer than {MaximumKeyLength} characters.")
            : TextChecks.CheckSecret("idempotencyKey", job.IdempotencyKey);
    }

    private static InvalidInput? CheckEndUser(NewJob job) => job.EndUser is { Length: > NewJob.MaximumEndUserLength }
        ? new InvalidInput("user", $"The name of the end user is longer than {NewJob.MaximumEndUserLength} characters.")
        : TextChecks.Check("user", job.EndUser);
}
