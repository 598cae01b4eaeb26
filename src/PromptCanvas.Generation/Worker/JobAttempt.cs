using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Diffusion.Models;
using PromptCanvas.Generation.Previews;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Generation.Requests;
using PromptCanvas.Generation.Safety;
using PromptCanvas.Generation.Storage;
using PromptCanvas.Imaging.Pixels;

namespace PromptCanvas.Generation.Worker;

internal enum AttemptEnd
{
    /// <summary>Every picture came or failed, or the engine did.</summary>
    Over,

    /// <summary>The studio is stopping.</summary>
    Stopped,

    /// <summary>Pictures were made that could not be written.</summary>
    StorageFailed,

    /// <summary>The job is no longer this worker's: somebody cancelled it.</summary>
    Fenced,
}

/// <summary>What came of one run of a job.</summary>
/// <param name="Reason">For the pictures that are missing: one sentence for the person who asked.</param>
internal sealed record AttemptResult(AttemptEnd End, string Reason);

/// <summary>Runs one claimed job on its engine; pictures are written beside the stream, so that a step waits for encoder and disk only when these fall behind by several pictures.</summary>
internal sealed class JobAttempt(
    IEngineProvider engines, ClaimedRequestBuilder works, ImageSafetyFilters judges, PictureFinalizer keeper, StageCheckpoints stages, PreviewPublisher previews, StorageFaults faults, EngineProgress steps, ILogger<JobAttempt> logger)
{
    private const string EngineFault = "The engine failed on this picture; the administrator finds the reason in the log.";

    private const string NoResult = "The picture could not be kept; the administrator finds the reason in the log.";

    /// <summary>Never throws for what a job can do wrong.</summary>
    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "The worker outlives any job.")]
    public async Task<AttemptResult> RunAsync(ClaimedJob claim, RunningJob running, CancellationToken stopping)
    {
        var writes = new Writes();
        var end = AttemptEnd.Over;
        var reason = NoResult;
        try
        {
            // A process that died between the last picture and the job's end left nothing to make.
            if (claim.Missing.Count > 0)
            {
                reason = await MakeAsync(claim, running, writes) ?? reason;
            }
        }
        catch (Exception fault) when (running.Token.IsCancellationRequested)
        {
            // Whatever stopped the engine then, it is no verdict on the job: networks and engines end in ways of their own.
            logger.Log(fault is OperationCanceledException ? LogLevel.Debug : LogLevel.Warning, fault, "Job {JobId} was stopped", claim.Id);
            end = stopping.IsCancellationRequested ? AttemptEnd.Stopped : AttemptEnd.Fenced;
        }
        catch (Exception fault) when (fault is ModelException or PictureFormatException)
        {
            logger.LogError("Job {JobId} failed: {Reason}", claim.Id, fault.Message);
            reason = fault.Message;
        }
        catch (Exception fault) when (faults.Describe(fault) is { } away)
        {
            logger.LogError("What job {JobId} works with could not be read and will be tried again: {Reason}", claim.Id, away);
            end = AttemptEnd.StorageFailed;
        }
        catch (Exception fault)
        {
            logger.LogError(fault, "The engine failed on job {JobId}", claim.Id);
            reason = EngineFault;
        }

        await Task.WhenAll(writes.Stages.Values);
        return new AttemptResult(Combine(end, await Task.WhenAll(writes.Pictures)), reason);
    }

    /// <returns>Why nothing can be made of the job; null when the engine took it.</returns>
    private async Task<string?> MakeAsync(ClaimedJob claim, RunningJob running, Writes writes)
    {
        var engine = engines.Get(claim.Job.Model);
        if (!(await works.PrepareAsync(claim, engine.Fingerprint, running)).TryGet(out var work, out var refusal))
        {
            return refusal.Message;
        }

        writes.Judge = await judges.ForAsync(engine, running.Token);
        using var working = steps.Begin();
        var unlucky = new List<int>();
        await foreach (var happened in work.RunAsync(engine, running.Token))
        {
            steps.Happened();
            if (happened is ImageFailed { OfItsSeed: true } failed && work.CanTryAnotherSeed)
            {
                logger.LogWarning("Picture {Index} of job {JobId} is tried with another seed: {Reason}", failed.ImageIndex, claim.Id, failed.Reason);
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
            case StageCompleted { Result.Stage: not null } stage when writes.Judge?.Refusing(stage.Result.ImageEmbedding) is { } rule:

                // What it will show is known before a pixel of it is drawn; between two frames of a picture nothing new is.
                if (writes.Judge.Refuse(stage.ImageIndex))
                {
                    running.Drop(stage.ImageIndex);
                    writes.Pictures.Add(Task.Run(() => keeper.RejectAsync(claim, running, stage.ImageIndex, rule)));
                }

                break;
            case StageCompleted stage:
                writes.Stages[stage.ImageIndex] = stages.KeepAsync(claim.Id, model, stage, writes.Stages.GetValueOrDefault(stage.ImageIndex));
                break;
            case ImageCompleted image when writes.Judge?.HasRefused(image.ImageIndex) is not true:
                writes.Pictures.Add(Task.Run(() => keeper.KeepAsync(claim, running, image, writes.Judge)));
                break;
            case ImageFailed failed:
                writes.Pictures.Add(Task.Run(() => keeper.FailAsync(claim, running, failed)));
                break;
            case ImageDropped dropped:

                // Whoever cancelled it wrote so.
                running.Completed(dropped.ImageIndex, finished: 0);
                break;
        }
    }

    /// <summary>Previews may be lost; the picture goes on without.</summary>
    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "A preview that cannot be shown is not the picture's fault.")]
    private void Show(ClaimedJob claim, RunningJob running, StepCompleted step, Writes writes)
    {
        if (writes.Judge?.HasRefused(step.ImageIndex) is true)
        {
            return;
        }

        try
        {
            previews.Publish(claim.Id, step, writes.Judge, running.Token);
        }
        catch (Exception fault)
        {
            logger.LogWarning(fault, "Step {Step} of picture {Index} of job {JobId} could not be shown", step.Step, step.ImageIndex, claim.Id);
        }
    }

    /// <summary>What is written while the engine goes on.</summary>
    private sealed class Writes
    {
        // A picture may hold tens of megapixels until it is written.
        private const int PicturesAtOnce = 4;

        public List<Task<KeepResult>> Pictures { get; } = [];

        /// <summary>Waits until another picture may be written.</summary>
        public async Task WaitForCapacityAsync()
        {
            while (Pictures.Where(write => !write.IsCompleted).ToList() is { Count: >= PicturesAtOnce } open)
            {
                await Task.WhenAny(open);
            }
        }

        /// <summary>Looks at previews and pictures before anybody else does; null = nobody has to.</summary>
        public ImageSafetyFilter? Judge { get; set; }

        /// <summary>The last one of each picture, by index.</summary>
        public Dictionary<int, Task> Stages { get; } = [];
    }
}
