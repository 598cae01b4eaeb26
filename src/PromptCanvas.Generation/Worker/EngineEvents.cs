using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Generation.Previews;
using PromptCanvas.Generation.Safety;

namespace PromptCanvas.Generation.Worker;

/// <summary>Handles the engine's events: publishes previews, and starts the writes of checkpoints and pictures.</summary>
internal sealed class EngineEvents(
    ImageSafetyFilters filters, PictureFinalizer finalizer, StageCheckpoints stages, PreviewPublisher previews, ILogger<EngineEvents> logger)
{
    /// <summary>Prepares an attempt's writes for the events of its engine.</summary>
    public async Task BeginAsync(AttemptWrites writes, PreparedJob job)
    {
        writes.Model = job.Engine.Fingerprint;
        writes.Filter = await filters.ForAsync(job.Engine, writes.Running.Token);
        writes.Plan = job.Request.Plan;
    }

    /// <summary>Handles one event; waits while too many picture writes are pending.</summary>
    public async Task TakeAsync(AttemptWrites writes, GenerationEvent happened)
    {
        switch (happened)
        {
            case StepCompleted step:
                writes.Running.Report(step.ImageIndex, step.Progress);
                Show(writes, step);
                break;
            case StageCompleted stage:
                Take(writes, stage);
                break;
            case ImageCompleted image when writes.Filter?.HasRefused(image.ImageIndex) is not true:
                var before = KeepDraft(writes, image);
                writes.Pictures.Add(Task.Run(async () =>
                {
                    await before;
                    return await finalizer.KeepAsync(writes.Claim, writes.Running, image, writes.Plan, writes.Filter);
                }));
                break;
            case ImageFailed failed:
                writes.Pictures.Add(Task.Run(() => finalizer.FailAsync(writes.Claim, writes.Running, failed)));
                break;
            case ImageDropped dropped:

                // The canceller has already written the picture's state.
                writes.Running.Completed(dropped.ImageIndex, finished: 0);
                break;
        }

        await writes.WaitForCapacityAsync();
    }

    /// <summary>Keeps what a draft is finished from, before the draft appears.</summary>
    private Task KeepDraft(AttemptWrites writes, ImageCompleted image)
    {
        if (writes.Claim.Job.Kind != JobKinds.Draft)
        {
            return Task.CompletedTask;
        }

        var result = new StageResult(GenerationStage.Decoder, image.ImageEmbedding, image.Image, image.Timings);
        return writes.Stages[image.ImageIndex] = stages.KeepAsync(
            writes.Claim.Id, writes.Model, new StageCompleted(image.ImageIndex, image.Seed, result), writes.Stages.GetValueOrDefault(image.ImageIndex));
    }

    private void Take(AttemptWrites writes, StageCompleted stage)
    {
        // The image embedding determines the content before any pixel is drawn, so refuse as soon as it is known.
        if (stage.Result.Stage is not null && writes.Filter?.Refusing(stage.Result.ImageEmbedding) is { } rule)
        {
            if (writes.Filter.Refuse(stage.ImageIndex))
            {
                writes.Running.Drop(stage.ImageIndex);
                writes.Pictures.Add(Task.Run(() => finalizer.RejectAsync(writes.Claim, writes.Running, stage.ImageIndex, rule)));
            }

            return;
        }

        writes.Stages[stage.ImageIndex] = stages.KeepAsync(writes.Claim.Id, writes.Model, stage, writes.Stages.GetValueOrDefault(stage.ImageIndex));
        if (stage is { Recipe: not null, Result: { Stage: GenerationStage.Decoder, Picture: not null } })
        {
            writes.Decoded.Add(Task.Run(() => finalizer.RecordDecodedAsync(writes.Claim, stage, writes.Plan, writes.Filter)));
        }
    }

    /// <summary>Previews are best effort; a failure does not affect the picture.</summary>
    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "A failed preview must not fail the picture.")]
    private void Show(AttemptWrites writes, StepCompleted step)
    {
        if (writes.Filter?.HasRefused(step.ImageIndex) is true)
        {
            return;
        }

        try
        {
            previews.Publish(writes.Claim.Id, step, writes.Claim.Job.Size, writes.Filter, writes.Running.Token);
        }
        catch (Exception fault)
        {
            logger.LogWarning(fault, "Step {Step} of picture {Index} of job {JobId} could not be shown", step.Step, step.ImageIndex, writes.Claim.Id);
        }
    }
}
