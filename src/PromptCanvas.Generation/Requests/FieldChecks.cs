using PromptCanvas.Data.Jobs;
using PromptCanvas.Data.Pictures;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Generation.Results;

namespace PromptCanvas.Generation.Requests;

/// <summary>What can be said about a request without looking at anything else.</summary>
internal static class FieldChecks
{
    private const int MaximumKeyLength = 200;
    private const int MinimumFrames = 2;

    private static readonly int[] Sizes = [64, 256, 512, 1024];

    /// <summary>Null when nothing is wrong.</summary>
    public static InvalidInput? Check(NewJob job) =>
        CheckPrompt(job) ?? CheckNegativePrompt(job) ?? CheckCount(job) ?? CheckMaterial(job.Material) ?? CheckSize(job) ?? CheckVisibility(job)
        ?? CheckKey(job) ?? CheckEndUser(job);

    private static InvalidInput? CheckPrompt(NewJob job)
    {
        var prompt = job.Prompt.Trim();
        if (job.Kind is JobKinds.Generate or JobKinds.Edit && prompt.Length == 0)
        {
            return new InvalidInput("prompt", "The prompt is empty; say what to draw.");
        }

        if (job.Kind is not (JobKinds.Generate or JobKinds.Edit or JobKinds.Extend) && prompt.Length > 0)
        {
            return new InvalidInput("prompt", $"The kind \"{job.Kind}\" takes no prompt; leave it out.");
        }

        return prompt.Length > GenerationRequest.MaximumPromptLength
            ? new InvalidInput("prompt", $"The prompt has {prompt.Length} characters; at most {GenerationRequest.MaximumPromptLength} are read.")
            : CheckNul("prompt", job.Prompt);
    }

    private static InvalidInput? CheckNegativePrompt(NewJob job) => job.NegativePrompt is { Length: > GenerationRequest.MaximumPromptLength }
        ? new InvalidInput("negativePrompt", $"The negative prompt is longer than {GenerationRequest.MaximumPromptLength} characters.")
        : CheckNul("negativePrompt", job.NegativePrompt);

    private static InvalidInput? CheckCount(NewJob job)
    {
        if (job.Material is { Row: { } frames })
        {
            return frames is < MinimumFrames or > GenerationRequest.MaximumFrames
                ? new InvalidInput("frames", $"A row has {MinimumFrames} to {GenerationRequest.MaximumFrames} frames, not {frames}.")
                : null;
        }

        return job.Count is < 1 or > GenerationRequest.MaximumCount
            ? new InvalidInput("count", $"One request makes 1 to {GenerationRequest.MaximumCount} pictures, not {job.Count}.")
            : null;
    }

    private static InvalidInput? CheckMaterial(Material? material) => material switch
    {
        EditMaterial { Feather: < 0 or > EditMaterial.MaximumFeather } =>
            new InvalidInput("feather", $"A feather has 0 to {EditMaterial.MaximumFeather} pixels."),
        VaryMaterial { Strength: var strength } when strength is not (>= 0 and <= 1) =>
            new InvalidInput("strength", $"A strength of {strength} cannot be used; choose 0 to 1."),
        BlendMaterial blend => CheckBlend(blend),
        TextDifferenceMaterial difference => CheckText("from", difference.From) ?? CheckText("to", difference.To)
            ?? (difference.From.Trim() == difference.To.Trim() ? new InvalidInput("to", "Both captions are the same; say what shall change.") : null),
        _ => null,
    };

    private static InvalidInput? CheckBlend(BlendMaterial blend)
    {
        if (blend.Inputs.Count is < 2 or > BlendOrigin.MaximumInputs)
        {
            return new InvalidInput("inputs", $"{blend.Inputs.Count} inputs cannot be blended; give 2 to {BlendOrigin.MaximumInputs} pictures or texts.");
        }

        if (blend.Inputs.Any(input => input.Picture is null == input.Text is null))
        {
            return new InvalidInput("inputs", "Each input is either a picture (\"image\") or a phrase (\"text\").");
        }

        var weights = blend.Inputs.Select(input => input.Weight ?? 1).ToList();
        if (weights.Exists(weight => !(weight >= 0 && double.IsFinite(weight))))
        {
            return new InvalidInput("inputs", "A weight is negative or no number; give numbers from 0 up.");
        }

        return weights.Sum() is var sum && !(sum > 0 && double.IsFinite(sum))
            ? new InvalidInput("inputs", "The weights sum to zero; give at least one input more than 0.")
            : blend.Inputs.Where(input => input.Text is not null).Select(input => CheckText("inputs", input.Text!)).FirstOrDefault(fault => fault is not null);
    }

    private static InvalidInput? CheckText(string field, string text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return new InvalidInput(field, "A text is empty; describe a picture in a few words.");
        }

        return text.Length > GenerationRequest.MaximumPromptLength
            ? new InvalidInput(field, $"A text has {text.Length} characters; at most {GenerationRequest.MaximumPromptLength} are read.")
            : CheckNul(field, text);
    }

    private static InvalidInput? CheckSize(NewJob job) => job.Size is { } size && !Sizes.Contains(size)
        ? new InvalidInput("size", $"Pictures of {size} pixels are not offered; choose {string.Join(", ", Sizes)}.")
        : null;

    private static InvalidInput? CheckVisibility(NewJob job) => job.Visibility is { } visibility && !Visibilities.All.Contains(visibility)
        ? new InvalidInput("visibility", $"Pictures are visible to {string.Join(" or ", Visibilities.All)}, not to {visibility}.")
        : null;

    private static InvalidInput? CheckKey(NewJob job)
    {
        if (string.IsNullOrWhiteSpace(job.IdempotencyKey))
        {
            return new InvalidInput("idempotencyKey", "The idempotency key is empty; leave it out, or use a new one for each request.");
        }

        return job.IdempotencyKey.Length > MaximumKeyLength
            ? new InvalidInput("idempotencyKey", $"The idempotency key is longer than {MaximumKeyLength} characters.")
            : CheckNul("idempotencyKey", job.IdempotencyKey);
    }

    private static InvalidInput? CheckEndUser(NewJob job) => job.EndUser is { Length: > NewJob.MaximumEndUserLength }
        ? new InvalidInput("user", $"The name of the end user is longer than {NewJob.MaximumEndUserLength} characters.")
        : CheckNul("user", job.EndUser);

    // PostgreSQL cannot store it, and no tokenizer means anything by it.
    private static InvalidInput? CheckNul(string field, string? text) => text?.Contains('\0') == true
        ? new InvalidInput(field, "The request contains a NUL character; take it out.")
        : null;
}
