using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Diffusion.Models;
using PromptCanvas.Generation.Previews;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Generation.Requests;
using PromptCanvas.Generation.Results;
using PromptCanvas.Generation.Requests.Editing;
using PromptCanvas.Generation.Safety;
using PromptCanvas.Generation.Storage;
using PromptCanvas.Imaging.Pixels;

namespace PromptCanvas.Generation.Worker;

internal enum AttemptEnd
{
    /// <summary>Every picture finished or failed, or the engine failed.</summary>
    Over,

    /// <summary>The studio is stopping.</summary>
    Stopped,

    /// <summary>Finished pictures could not be written.</summary>
    StorageFailed,

    /// <summary>The job is no longer leased to this worker: it was cancelled or another worker took it over.</summary>
    Fenced,
}

/// <summary>Result of one run of a job.</summary>
/// <param name="Reason">Why pictures are missing: one sentence for the person who asked.</param>
internal sealed record AttemptResult(AttemptEnd End, string Reason);

/// <summary>Runs one claimed job on its engine. Pictures are written concurrently; backpressure applies only when several pictures are pending.</summary>
internal sealed class JobAttempt(
    IEngineProvider engines, EngineRequestBuilder requests, ImageSafetyFilters filters, PictureFinalizer finalizer, StageCheckpoints stages, PreviewPublisher previews, StorageFaults faults, EngineProgress steps, ILogger<JobAttempt> logger)
{
    private const string EngineFault = "The engine failed on this picture; the administrator finds the reason in the log.";

    private const string NoResult = "The picture could not be kept; the administrator finds the reason in the log.";

    /// <summary>Reports failures of the job in the result and never throws for them.</summary>
    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "The worker must survive any job.")]
    public async Task<AttemptResult> RunAsync(ClaimedJob claim, RunningJob running, CancellationToken stopping)
    {
        var writes = new Writes();
        var end = AttemptEnd.Over;
        var reason = NoResult;
        try
        {
            // If a process crashed between the last picture and the job's end, no picture is missing.
            if (claim.Missing.Count > 0)
            {
                reason = await MakeAsync(claim, running, writes) ?? reason;
            }
        }
        catch (Exception fault) when (running.Token.IsCancellationRequested)
        {
            // An exception after cancellation says nothing about the job: components fail in various ways when they are stopped.
            logger.Log(fault is OperationCanceledException ? LogLevel.Debug : LogLevel.Warning, fault, "Job {JobId} was stopped", claim.Id);
            end = stopping.IsCancellationRequested ? AttemptEnd.Stopped : AttemptEnd.Fenced;
        }
        catch (Exception fault) when (fault is ModelException or PictureFormatException)
        {
            logger.LogError("Job {JobId} failed: {Reason}", claim.Id, fault.Message);
            reason = fault is ModelException ? ModelUnavailable.Of(claim.Job.Model).Message : fault.Message;
        }
        catch (Exception fault) when (faults.Describe(fault) is { } away)
        {
            logger.LogError("The inputs of job {JobId} could not be read; the job will be retried: {Reason}", claim.Id, away);
            end = AttemptEnd.StorageFailed;
        }
        catch (Exception fault)
        {
            logger.LogError(fault, "The engine failed on job {JobId}", claim.Id);
            reason = EngineFault;
        }

        await Task.WhenAll(writes.Stages.Values.Concat(writes.Decoded));
        return new AttemptResult(Combine(end, await Task.WhenAll(writes.Pictures)), reason);
    }

    /// <returns>Why the job cannot run; null if the engine accepted it.</returns>
    private async Task<string?> MakeAsync(ClaimedJob claim, RunningJob running, Writes writes)
    {
        var engine = engines.Get(claim.Job.Model);
        if (!(await requests.PrepareAsync(claim, engine.Fingerprint, running)).TryGet(out var work, out var refusal))
        {
            return refusal.Message;
        }

        writes.Filter = await filters.ForAsync(engine, running.Token);
        writes.Plan = work.Plan;
        using var working = steps.Begin();
        var unlucky = new List<int>();
        await foreach (var happened in work.RunAsync(engine, running.Token))
        {
            steps.Happened();
            if (happened is ImageFailed { OfItsSeed: true } failed && work.CanTryAnotherSeed)
            {
                logger.LogWarning("Picture {Index} of job {JobId} is retried with another seed: {Reason}", failed.ImageIndex, claim.Id, failed.Reason);
                unlucky.Add(failed.ImageIndex);
            }
            else
            {
                Take(claim, engine.Fingerprint, running, happened, writes);
                await writes.WaitForCapacityAsync();
            }
        }

        if (unlucky.Count > 0)
        {
            await foreach (var happened in work.WithAnotherSeed(unlucky).RunAsync(engine, running.Token))
            {
                steps.Happened();
                Take(claim, engine.Fingerprint, running, happened, writes);
                await writes.WaitForCapacityAsync();
            }
        }

        return null;
    }

    private static AttemptEnd Combine(AttemptEnd end, KeepResult[] kept)
    {
        if (kept.Contains(KeepResult.Fenced))
        {
            return AttemptEnd.Fenced;
        }

        return end == AttemptEnd.Over && kept.Contains(KeepResult.StorageFailed) ? AttemptEnd.StorageFailed : end;
    }

    private void Take(ClaimedJob claim, string model, RunningJob running, GenerationEvent happened, Writes writes)
    {
        switch (happened)
        {
            case StepCompleted step:
                running.Report(step.ImageIndex, step.Progress);
                Show(claim, running, step, writes);
                break;
            case StageCompleted { Result.Stage: not null } stage when writes.Filter?.Refusing(stage.Result.ImageEmbedding) is { } rule:

                // The image embedding determines the content before any pixel is drawn, so refuse as soon as it is known.
                if (writes.Filter.Refuse(stage.ImageIndex))
                {
                    running.Drop(stage.ImageIndex);
                    writes.Pictures.Add(Task.Run(() => finalizer.RejectAsync(claim, running, stage.ImageIndex, rule)));
                }

                break;
            case StageCompleted stage:
                writes.Stages[stage.ImageIndex] = stages.KeepAsync(claim.Id, model, stage, writes.Stages.GetValueOrDefault(stage.ImageIndex));
                if (stage is { Recipe: not null, Result: { Stage: GenerationStage.Decoder, Picture: not null } })
                {
                    writes.Decoded.Add(Task.Run(() => finalizer.RecordDecodedAsync(claim, stage, writes.Plan, writes.Filter)));
                }

                break;
            case ImageCompleted image when writes.Filter?.HasRefused(image.ImageIndex) is not true:
                writes.Pictures.Add(Task.Run(() => finalizer.KeepAsync(claim, running, image, writes.Plan, writes.Filter)));
                break;
            case ImageFailed failed:
                writes.Pictures.Add(Task.Run(() => finalizer.FailAsync(claim, running, failed)));
                break;
            case ImageDropped dropped:

                // The canceller has already written the picture's state.
                running.Completed(dropped.ImageIndex, finished: 0);
                break;
        }
    }

    /// <summary>Previews are best effort; a failure does not affect the picture.</summary>
    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "A failed preview must not fail the picture.")]
    private void Show(ClaimedJob claim, RunningJob running, StepCompleted step, Writes writes)
    {
        if (writes.Filter?.HasRefused(step.ImageIndex) is true)
        {
            return;
        }

        try
        {
            previews.Publish(claim.Id, step, claim.Job.Size, writes.Filter, running.Token);
        }
        catch (Exception fault)
        {
            logger.LogWarning(fault, "Step {Step} of picture {Index} of job {JobId} could not be shown", step.Step, step.ImageIndex, claim.Id);
        }
    }

    /// <summary>Writes in progress while the engine continues.</summary>
    private sealed class Writes
    {
        // Each pending picture may hold tens of megapixels in memory.
        private const int PicturesAtOnce = 4;

        public List<Task<KeepResult>> Pictures { get; } = [];

        /// <summary>Waits until fewer than the maximum number of picture writes are pending.</summary>
        public async Task WaitForCapacityAsync()
        {
            while (Pictures.Where(write => !write.IsCompleted).ToList() is { Count: >= PicturesAtOnce } open)
            {
                await Task.WhenAny(open);
            }
        }

        /// <summary>Checks previews and pictures before they are shown; null = no image rules.</summary>
        public ImageSafetyFilter? Filter { get; set; }

        /// <summary>How parts are painted into a picture; null if pictures are generated as a whole.</summary>
        public EditPlan? Plan { get; set; }

        public List<Task> Decoded { get; } = [];

        /// <summary>The last checkpoint write of each picture, by index.</summary>
        public Dictionary<int, Task> Stages { get; } = [];
    }
}
