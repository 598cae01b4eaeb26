using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Generation.Previews;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Generation.Requests;
using PromptCanvas.Generation.Requests.Operations;
using PromptCanvas.Generation.Storage;

namespace PromptCanvas.Generation.Worker;

/// <summary>A job's engine request, and the engine that runs it.</summary>
internal sealed record PreparedJob(IImageEngine Engine, EngineRequest Request);

/// <summary>Builds the engine request of a claimed job from its rows.</summary>
internal sealed class EngineRequestBuilder(
    IDbContextFactory<AppDbContext> databases, IEngineProvider engines, StoredPictures pictures, StageCheckpoints stages, PreviewPublisher previews)
{
    /// <returns>The request, or why the job cannot run any more.</returns>
    /// <exception cref="Diffusion.ModelException">The model does not exist any more or is damaged.</exception>
    /// <exception cref="Imaging.Pixels.PictureFormatException">An input picture is missing or damaged.</exception>
    public async Task<Result<PreparedJob>> PrepareAsync(ClaimedJob claim, RunningJob running)
    {
        var job = claim.Job;
        var engine = engines.Get(job.Model);
        var request = new GenerationRequest
        {
            Prompt = job.Prompt,
            NegativePrompt = job.NegativePrompt,
            Seed = (uint)job.Seed,
            Count = job.Count,
            ImageIndices = [.. claim.Missing.Select(picture => picture.ImageIndex)],
            Size = job.Size,
            Person = job.PersonId?.ToString() ?? "",
            Overrides = JsonSerializer.Deserialize<RecipeOverrides>(job.Overrides, JobJson.Options) ?? RecipeOverrides.None,
            PreviewsWanted = index => previews.Wanted(claim.Id, index),
            PictureWanted = running.Wants,
            ReportsStages = true,
            Finished = await FinishedAsync(claim, engine.Fingerprint, running.Token),
        };
        var hashes = await HashesAsync(job, running.Token);
        var prepared = await JobOperation.FromJson(job.Material).PrepareAsync(request, new OperationInputs(pictures, hashes), running.Token);
        pictures.Drop(hashes);
        return prepared.TryGet(out var work, out var refusal) ? new PreparedJob(engine, work.FittedTo(engine, Math.Max(job.Width, job.Height))) : refusal;
    }

    /// <summary>The stages that are done: in an earlier attempt, or else in the draft that is finished.</summary>
    private async Task<Dictionary<int, StageResult>> FinishedAsync(ClaimedJob claim, string model, CancellationToken cancellationToken)
    {
        var finished = await stages.LoadAsync(claim.Id, model, claim.Missing.Select(picture => picture.ImageIndex), cancellationToken);
        if (claim.Job.Kind != JobKinds.Finish)
        {
            return finished;
        }

        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var drafts = await (
            from input in database.JobInputs
            where input.JobId == claim.Id && input.Role == JobInputRoles.Draft
            join draft in database.Pictures on input.ImageId equals draft.Id
            select new { input.Slot, draft.JobId, draft.ImageIndex }).ToListAsync(cancellationToken);
        foreach (var draft in drafts.Where(draft => !finished.ContainsKey(draft.Slot) && claim.Missing.Any(picture => picture.ImageIndex == draft.Slot)))
        {
            foreach (var (_, result) in await stages.LoadAsync(draft.JobId, model, [draft.ImageIndex], cancellationToken))
            {
                finished[draft.Slot] = result;
            }
        }

        return finished;
    }

    private async Task<List<string>> HashesAsync(Job job, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await database.JobInputs.Where(input => input.JobId == job.Id).OrderBy(input => input.Slot)
            .Select(input => input.ContentHash).ToListAsync(cancellationToken);
    }
}
