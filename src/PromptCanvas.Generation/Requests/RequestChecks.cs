using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using PromptCanvas.Data.Pictures;
using PromptCanvas.Diffusion;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Generation.Requests.Operations;
using PromptCanvas.Generation.Results;
using PromptCanvas.Generation.Safety;
using PromptCanvas.Generation.Storage;
using PromptCanvas.Imaging.Pixels;

namespace PromptCanvas.Generation.Requests;

/// <summary>A request that passed all checks.</summary>
/// <param name="Request">Prompt trimmed, seed and size chosen; without its operation's pictures.</param>
/// <param name="Inputs">The operation's pictures, by slot.</param>
/// <param name="Width">Width of the pictures in pixels.</param>
/// <param name="Height">Height of the pictures in pixels.</param>
/// <param name="Squares">Number of squares of which each picture is composed, which is its cost in credits; 1 = made as a whole.</param>
/// <param name="BodyHash">SHA-256 of the request; equal for a retry, even if another seed was chosen for it.</param>
internal sealed record CheckedJob(
    NewJob Job, string Model, GenerationRequest Request, IReadOnlyList<InputPicture> Inputs, int Width, int Height, int Squares, string BodyHash)
{
    /// <summary>One of <see cref="Visibilities"/>.</summary>
    public string Visibility => Job.Visibility ?? (Inputs.Any(input => input.IsPrivate) ? Visibilities.Private : Visibilities.Team);

    /// <summary>The seed of one picture.</summary>
    public uint SeedOf(int imageIndex) => Job.Operation.FrameCount is not null ? Request.Seed : Request.SeedOf(imageIndex);
}

/// <summary>Refuses invalid requests before anything is written.</summary>
internal sealed class RequestChecks(IEngineProvider engines, InputPictures inputs, StoredPictures store, PromptGuard guard, ILogger<RequestChecks> logger)
{
    private const int GuidSize = 16;

    public async Task<Result<CheckedJob>> CheckAsync(NewJob job, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(job);
        if (FieldChecks.Check(job).Refusal is { } refusal)
        {
            return refusal;
        }

        job = job.WithNormalizedTexts();
        var model = job.Model ?? engines.DefaultModel;
        if (CheckModel(model).Refusal is { } noModel)
        {
            return noModel;
        }

        if (!(await inputs.FindAsync(job, cancellationToken)).TryGet(out var pictures, out var missing))
        {
            return missing;
        }

        try
        {
            var engine = engines.Get(model);
            return (FieldChecks.CheckSize(job, engine.Sizes) && await guard.CheckAsync(job.Texts, engine, cancellationToken)).Refusal is { } refused
                ? refused
                : await CheckAsync(job, model, engine, pictures, cancellationToken);
        }
        catch (ModelException fault)
        {
            logger.LogError("{Model}: {Reason}", model, fault.Message);
            return ModelUnavailable.Of(model);
        }
        catch (PictureFormatException fault)
        {
            return new InvalidInput("source", fault.Message);
        }
    }

    /// <summary>Checks more prompts for a job that passed.</summary>
    public async Task<Result> CheckPromptsAsync(NewJob job, IEnumerable<string> prompts, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(job);
        var jobs = prompts.Distinct(StringComparer.Ordinal).Select(prompt => job with { Prompt = prompt }).ToList();
        if (jobs.Select(FieldChecks.Check).FirstOrDefault(check => check.Refusal is not null) is { Refusal: { } malformed })
        {
            return malformed;
        }

        var model = job.Model ?? engines.DefaultModel;
        try
        {
            var engine = engines.Get(model);
            if (FieldChecks.CheckSize(job, engine.Sizes).Refusal is { } noSize)
            {
                return noSize;
            }

            if ((await guard.CheckAsync(jobs.SelectMany(each => each.WithNormalizedTexts().Texts), engine, cancellationToken)).Refusal is { } forbidden)
            {
                return forbidden;
            }

            return EngineRequest.Refusing(jobs.Select(each => engine.Validate(RequestOf(each))).FirstOrDefault(problem => problem is not null));
        }
        catch (ModelException fault)
        {
            logger.LogError("{Model}: {Reason}", model, fault.Message);
            return ModelUnavailable.Of(model);
        }
    }

    private async Task<Result<CheckedJob>> CheckAsync(
        NewJob job, string model, IImageEngine engine, IReadOnlyList<InputPicture> pictures, CancellationToken cancellationToken)
    {
        var prepared = await job.Operation.PrepareAsync(
            RequestOf(job), new OperationInputs(store, [.. pictures.Select(picture => picture.ContentHash)]), cancellationToken);
        if (!prepared.TryGet(out var work, out var refusal))
        {
            return refusal;
        }

        if (job.Size is null && work.Plan is { } plan)
        {
            work = work with { Request = work.Request with { Size = engine.WorkingSizeFor(plan.LargestFrame) } };
        }

        work = work.FittedTo(engine, work.Request.Size);
        if (work.Check(engine).Refusal is { } refused)
        {
            return refused;
        }

        var (width, height) = work.SizeOn(engine);
        return new CheckedJob(job, model, work.Request with { Origin = null }, pictures, width, height, work.Squares, HashOf(job, pictures));
    }

    private static GenerationRequest RequestOf(NewJob job)
    {
        // Without a prompt, the known part of the picture is continued.
        var continues = job.Operation.Definition.PaintsIntoSource && string.IsNullOrWhiteSpace(job.Prompt);
        return new GenerationRequest
        {
            Prompt = job.Prompt.Trim(),
            NegativePrompt = job.NegativePrompt,
            Seed = job.Seed ?? BinaryPrimitives.ReadUInt32LittleEndian(RandomNumberGenerator.GetBytes(sizeof(uint))),
            Count = job.Operation.PictureCount(job.Count),
            Size = job.Size ?? NewJob.DefaultSize,
            Overrides = continues ? job.Overrides with { Conditioning = ConditioningMode.KnownPicture } : job.Overrides,
        };
    }

    private Result CheckModel(string model)
    {
        var models = engines.Models;
        if (models.Contains(model, StringComparer.Ordinal))
        {
            return Result.Done;
        }

        return models.Count == 0
            ? new Unavailable("This installation has no model; put one into the models folder.")
            : new InvalidInput("model", $"There is no model called {Excerpt.Of(model)}; this installation has {string.Join(", ", models)}.");
    }

    private static string HashOf(NewJob job, IReadOnlyList<InputPicture> pictures)
    {
        // A retry may upload the same file again under a new id, so hash the content instead of the id.
        var contents = job.Operation.Pictures.Zip(pictures).ToLookup(pair => pair.First.Id, pair => IdOf(pair.Second.ContentHash));
        var asked = job with { IdempotencyKey = "", PersonId = null, Role = null, Patience = null, Operation = job.Operation.WithPictures(id => contents[id].First()) };
        return Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(asked, OperationDefinitions.Json)));
    }

    private static Guid IdOf(string contentHash) => new(Convert.FromHexString(contentHash).AsSpan(0, GuidSize));
}
