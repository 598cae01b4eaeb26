using PromptCanvas.Data.Pictures;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Generation.Requests.Operations;
using PromptCanvas.Generation.Results;

namespace PromptCanvas.Generation.Requests;

/// <summary>Checks a request's fields without further context.</summary>
internal static class FieldChecks
{
    private const int MaximumKeyLength = 200;

    public static Result Check(NewJob job) =>
        CheckPrompt(job) && CheckNegativePrompt(job) && CheckCount(job) && job.Operation.Check() && CheckVisibility(job) && CheckKey(job)
        && CheckEndUser(job);

    /// <summary>Checks the size, which depends on the model.</summary>
    /// <param name="offered">The model's sizes; empty = the standard ones.</param>
    public static Result CheckSize(NewJob job, IReadOnlyList<OfferedSize> offered)
    {
        var sides = offered.Count > 0 ? [.. offered.Select(size => size.Side)] : RequestRules.StandardSizes;
        return job.Size is { } size && !sides.Contains(size)
            ? new InvalidInput("size", $"Pictures of {size} pixels are not offered; choose {string.Join(", ", sides)}.")
            : Result.Done;
    }

    private static Result CheckPrompt(NewJob job)
    {
        var prompt = job.Prompt.Trim();
        if (job.Operation.Definition.Prompt == PromptUse.Required && prompt.Length == 0)
        {
            return new InvalidInput("prompt", RequestRules.Text("The prompt", prompt)!);
        }

        if (job.Operation.Definition.Prompt == PromptUse.None && prompt.Length > 0)
        {
            return new InvalidInput("prompt", $"The kind \"{job.Kind}\" takes no prompt; leave it out.");
        }

        return RequestRules.Length("The prompt", prompt) is { } problem
            ? new InvalidInput("prompt", problem)
            : TextChecks.Check("prompt", job.Prompt);
    }

    private static Result CheckNegativePrompt(NewJob job) => RequestRules.Length("The negative prompt", job.NegativePrompt) is { } problem
        ? new InvalidInput("negativePrompt", problem)
        : TextChecks.Check("negativePrompt", job.NegativePrompt);

    private static Result CheckCount(NewJob job)
    {
        if (job.Operation.FrameCount is { } frames)
        {
            return RequestRules.Frames(frames) is { } tooMany ? new InvalidInput("frames", tooMany) : Result.Done;
        }

        return RequestRules.Count(job.Count) is { } problem ? new InvalidInput("count", problem) : Result.Done;
    }

    private static Result CheckVisibility(NewJob job) => job.Visibility is { } visibility && !Visibilities.All.Contains(visibility)
        ? new InvalidInput("visibility", $"Pictures are visible to {string.Join(" or ", Visibilities.All)}, not to {Excerpt.Of(visibility)}.")
        : Result.Done;

    private static Result CheckKey(NewJob job)
    {
        if (string.IsNullOrWhiteSpace(job.IdempotencyKey))
        {
            return new InvalidInput("idempotencyKey", "The idempotency key is empty; leave it out, or use a new one for each request.");
        }

        return job.IdempotencyKey.Length > MaximumKeyLength
            ? new InvalidInput("idempotencyKey", $"The idempotency key is longer than {MaximumKeyLength} characters.")
            : TextChecks.CheckSecret("idempotencyKey", job.IdempotencyKey);
    }

    private static Result CheckEndUser(NewJob job) => job.EndUser is { Length: > NewJob.MaximumEndUserLength }
        ? new InvalidInput("user", $"The name of the end user is longer than {NewJob.MaximumEndUserLength} characters.")
        : TextChecks.Check("user", job.EndUser);
}
