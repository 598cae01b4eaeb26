using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using PromptCanvas.Data;
using PromptCanvas.Data.Access;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Data.People;
using PromptCanvas.Data.Pictures;
using PromptCanvas.Diffusion;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Generation.Configuration;
using PromptCanvas.Generation.Requests.Operations;
using PromptCanvas.Generation.Storage;

namespace PromptCanvas.Generation.Requests;

/// <summary>Fills requests to finish drafts in with what the drafts were drawn from.</summary>
internal sealed class DraftRequests(
    IDbContextFactory<AppDbContext> databases, IEngineProvider engines, StageFiles stages, IOptionsMonitor<GenerationOptions> options, TimeProvider clock)
{
    private const string Gone = "The data of these drafts are no longer there, or the model was replaced; draw new drafts.";

    /// <summary>The same request for other kinds; for drafts with their prompt, seeds, model and settings.</summary>
    public async Task<Result<NewJob>> CompleteAsync(NewJob job, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(job);
        if (job.Operation is not FinishOperation finish)
        {
            return job;
        }

        if ((finish.Check() && CheckOwnSettings(job)).Refusal is { } refusal)
        {
            return refusal;
        }

        if (!(await FindAsync(job, finish, cancellationToken)).TryGet(out var drafts, out var missing))
        {
            return missing;
        }

        return await AreKeptAsync(drafts, cancellationToken) ? Complete(job, finish, drafts) : new Conflict(Gone);
    }

    private static Result CheckOwnSettings(NewJob job) =>
        job.Prompt.Length > 0 || job.NegativePrompt is not null || job.Seed is not null || job.Model is not null || job.Style is not null || job.Overrides != RecipeOverrides.None
            ? new InvalidInput("drafts", "Drafts are finished with the prompt, seeds, model and settings that they were drawn with; leave these out.")
            : Result.Done;

    private async Task<Result<Drafts>> FindAsync(NewJob job, FinishOperation finish, CancellationToken cancellationToken)
    {
        var oldest = clock.GetUtcNow() - options.CurrentValue.DraftAge;
        var actor = new Actor(job.PersonId ?? Guid.Empty, job.Role ?? PersonRoles.Member);
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var found = await database.Pictures.AsNoTracking().DraftsOf(actor).Where(draft => finish.Drafts.Contains(draft.Id) && draft.CreatedAt > oldest).ToListAsync(cancellationToken);
        var pictures = new List<Picture>();
        foreach (var id in finish.Drafts)
        {
            if (found.Find(draft => draft.Id == id) is not { } draft)
            {
                return OperationFields.NoDraft(id.ToString());
            }

            pictures.Add(draft);
        }

        return pictures.Exists(draft => draft.JobId != pictures[0].JobId)
            ? new InvalidInput("drafts", "These drafts are from several requests; finish those of one request at a time.")
            : new Drafts(await database.Jobs.AsNoTracking().SingleAsync(row => row.Id == pictures[0].JobId, cancellationToken), pictures);
    }

    /// <summary>Whether the decoder's results are there, from the model as it is now: another one would make other pictures.</summary>
    private async Task<bool> AreKeptAsync(Drafts drafts, CancellationToken cancellationToken)
    {
        foreach (var draft in drafts.Pictures)
        {
            if (FingerprintOf(drafts.Job.Model) is { } fingerprint && await stages.LoadAsync(draft.JobId, draft.ImageIndex, fingerprint, cancellationToken) is null)
            {
                return false;
            }
        }

        return true;
    }

    // Null for a model that is missing or damaged: the checks that follow say so.
    private string? FingerprintOf(string model)
    {
        try
        {
            return engines.Models.Contains(model, StringComparer.Ordinal) ? engines.Get(model).Fingerprint : null;
        }
        catch (ModelException)
        {
            return null;
        }
    }

    private static Result<NewJob> Complete(NewJob job, FinishOperation finish, Drafts drafts)
    {
        var drawn = drafts.Job;
        var size = job.Size ?? NewJob.DefaultSize;
        return size <= drawn.Size
            ? new InvalidInput("size", $"These drafts have {drawn.Size} pixels already; finish them at a larger size.")
            : job with
            {
                Prompt = drawn.Prompt,
                NegativePrompt = drawn.NegativePrompt,
                Operation = finish with { Seeds = [.. drafts.Pictures.Select(draft => (uint)draft.Seed)] },
                Count = drafts.Pictures.Count,
                Size = size,
                Seed = (uint)drafts.Pictures[0].Seed,
                Model = drawn.Model,
                Overrides = JsonSerializer.Deserialize<RecipeOverrides>(drawn.Overrides, JobJson.Options) ?? RecipeOverrides.None,
                Visibility = job.Visibility ?? drawn.Visibility,
                Board = job.Board ?? drawn.BoardId,
                Tag = job.Tag ?? drawn.Tag,
                EndUser = job.EndUser ?? drawn.EndUser,
            };
    }

    /// <param name="Job">The job that drew them.</param>
    /// <param name="Pictures">In the order of the request.</param>
    private sealed record Drafts(Job Job, IReadOnlyList<Picture> Pictures);
}
