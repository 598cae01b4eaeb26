using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;
using PromptCanvas.Data.Pictures;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Diffusion.Models;
using PromptCanvas.Generation.Engines;
using PromptCanvas.Generation.Results;

namespace PromptCanvas.Generation.Jobs;

/// <summary>A request that can be made.</summary>
/// <param name="Request">The prompt trimmed, the seed chosen.</param>
/// <param name="BodyHash">SHA-256 of what was asked: equal for a repeated request, whatever seed was chosen for it.</param>
internal sealed record CheckedJob(NewJob Job, string Model, GenerationRequest Request, string BodyHash);

/// <summary>Refuses what cannot be made, before anything is written.</summary>
internal sealed class RequestChecks(IEngineProvider engines)
{
    private const int MaximumKeyLength = 200;

    // The engine says what is wrong with the whole: a size the model does not make, steps out of range.
    private const string RequestField = "request";

    private static readonly int[] Sizes = [64, 256, 512, 1024];

    public Result<CheckedJob> Check(NewJob job)
    {
        ArgumentNullException.ThrowIfNull(job);
        if (CheckFields(job) is { } refusal)
        {
            return refusal;
        }

        var model = job.Model ?? engines.DefaultModel;
        if (CheckModel(model) is { } noModel)
        {
            return noModel;
        }

        var request = new GenerationRequest
        {
            Prompt = job.Prompt.Trim(),
            NegativePrompt = job.NegativePrompt,
            Seed = job.Seed ?? BinaryPrimitives.ReadUInt32LittleEndian(RandomNumberGenerator.GetBytes(sizeof(uint))),
            Count = job.Count,
            Size = job.Size,
            Overrides = job.Overrides,
        };
        try
        {
            return engines.Get(model).Validate(request) is { } reason
                ? new InvalidInput(RequestField, reason)
                : new CheckedJob(job, model, request, HashOf(job));
        }
        catch (ModelException fault)
        {
            return new Unavailable(fault.Message);
        }
    }

    private static InvalidInput? CheckFields(NewJob job)
    {
        if (string.IsNullOrWhiteSpace(job.Prompt))
        {
            return new InvalidInput("prompt", "The prompt is empty; say what to draw.");
        }

        // PostgreSQL cannot store it, and no tokenizer means anything by it.
        if (job.Prompt.Contains('\0') || job.NegativePrompt?.Contains('\0') == true || job.IdempotencyKey.Contains('\0'))
        {
            return new InvalidInput("prompt", "The request contains a NUL character; take it out.");
        }

        if (job.Prompt.Trim().Length > GenerationRequest.MaximumPromptLength)
        {
            return new InvalidInput("prompt", $"The prompt has {job.Prompt.Trim().Length} characters; at most {GenerationRequest.MaximumPromptLength} are read.");
        }

        if (job.NegativePrompt is { Length: > GenerationRequest.MaximumPromptLength })
        {
            return new InvalidInput("negativePrompt", $"The negative prompt is longer than {GenerationRequest.MaximumPromptLength} characters.");
        }

        if (job.Count is < 1 or > GenerationRequest.MaximumCount)
        {
            return new InvalidInput("count", $"One request makes 1 to {GenerationRequest.MaximumCount} pictures, not {job.Count}.");
        }

        if (!Sizes.Contains(job.Size))
        {
            return new InvalidInput("size", $"Pictures of {job.Size} pixels are not offered; choose {string.Join(", ", Sizes)}.");
        }

        if (!Visibilities.All.Contains(job.Visibility))
        {
            return new InvalidInput("visibility", $"Pictures are visible to {string.Join(" or ", Visibilities.All)}, not to {job.Visibility}.");
        }

        if (string.IsNullOrWhiteSpace(job.IdempotencyKey))
        {
            return new InvalidInput("idempotencyKey", "The idempotency key is empty; leave it out, or use a new one for each request.");
        }

        return job.IdempotencyKey.Length > MaximumKeyLength
            ? new InvalidInput("idempotencyKey", $"The idempotency key is longer than {MaximumKeyLength} characters.")
            : null;
    }

    private Refusal? CheckModel(string model)
    {
        var models = engines.Models;
        if (models.Contains(model, StringComparer.Ordinal))
        {
            return null;
        }

        return models.Count == 0
            ? new Unavailable("This installation has no model; put one into the models folder.")
            : new InvalidInput("model", $"There is no model called {model}; this installation has {string.Join(", ", models)}.");
    }

    private static string HashOf(NewJob job)
    {
        var asked = job with { IdempotencyKey = "", PersonId = null, Role = null };
        return Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(asked, JobJson.Options)));
    }
}
