using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using PromptCanvas.Diffusion;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Generation.Requests.Editing;
using PromptCanvas.Generation.Requests.Operations;
using PromptCanvas.Generation.Storage;
using PromptCanvas.Imaging.Pixels;

namespace PromptCanvas.Generation.Worker;

internal enum AttemptEnd
{
    /// <summary>Every picture finished or failed, or the engine failed.</summary>
    Over,

    /// <summary>The studio is stopping, or this node was drained.</summary>
    Stopped,

    /// <summary>Finished pictures could not be written.</summary>
    StorageFailed,

    /// <summary>The job is no longer leased to this worker: it was cancelled or another worker took it over.</summary>
    Fenced,
}

/// <summary>Result of one run of a job.</summary>
/// <param name="Reason">Why pictures are missing: one sentence for the person who asked.</param>
internal sealed record AttemptResult(AttemptEnd End, string Reason);

/// <summary>Runs one claimed job on its engine.</summary>
internal sealed class JobAttempt(EngineRequestBuilder requests, EngineEvents events, StorageFaults faults, EngineProgress steps, ILogger<JobAttempt> logger)
{
    private const string EngineFault = "The engine failed on this picture; the administrator finds the reason in the log.";

    private const string NoResult = "The picture could not be saved; the administrator finds the reason in the log.";

    /// <summary>Reports failures of the job in the result and never throws for them.</summary>
    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "The worker must survive any job.")]
    public async Task<AttemptResult> RunAsync(ClaimedJob claim, RunningJob running, CancellationToken stopping)
    {
        var writes = new AttemptWrites(claim, running);
        var end = AttemptEnd.Over;
        var reason = NoResult;
        try
        {
            // If a process crashed between the last picture and the job's end, no picture is missing.
            if (claim.Missing.Count > 0)
            {
                reason = (await MakeAsync(writes)).Refusal?.Message ?? reason;
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

        return new AttemptResult(Combine(end, await writes.CompleteAsync()), reason);
    }

    /// <returns>Refused if the job cannot run any more.</returns>
    private async Task<Result> MakeAsync(AttemptWrites writes)
    {
        if (!(await requests.PrepareAsync(writes.Claim, writes.Running)).TryGet(out var job, out var refusal))
        {
            return refusal;
        }

        await events.BeginAsync(writes, job);
        using var working = steps.Begin();
        var unlucky = await GenerateAsync(job.Engine, job.Request, writes, mayRetry: job.Request.CanTryAnotherSeed);
        if (unlucky.Count > 0)
        {
            await GenerateAsync(job.Engine, job.Request.WithAnotherSeed(unlucky), writes, mayRetry: false);
        }

        return Result.Done;
    }

    /// <param name="mayRetry">Whether pictures that fail because of their seed are left for a second run.</param>
    /// <returns>The pictures to generate again with another seed.</returns>
    private async Task<List<int>> GenerateAsync(IImageEngine engine, EngineRequest work, AttemptWrites writes, bool mayRetry)
    {
        var unlucky = new List<int>();
        var stopping = writes.Running.Token;
        var happening = work.Plan is null ? engine.GenerateAsync(work.Request, stopping) : PictureEditor.EditAsync(engine, work.Plan, work.Request, stopping);
        await foreach (var happened in happening)
        {
            steps.Happened();
            if (happened is ImageFailed { OfItsSeed: true } failed && mayRetry)
            {
                logger.LogWarning("Picture {Index} of job {JobId} is retried with another seed: {Reason}", failed.ImageIndex, writes.Claim.Id, failed.Reason);
                unlucky.Add(failed.ImageIndex);
            }
            else
            {
                await events.TakeAsync(writes, happened);
            }
        }

        return unlucky;
    }

    private static AttemptEnd Combine(AttemptEnd end, KeepResult[] kept)
    {
        if (kept.Contains(KeepResult.Fenced))
        {
            return AttemptEnd.Fenced;
        }

        return end == AttemptEnd.Over && kept.Contains(KeepResult.StorageFailed) ? AttemptEnd.StorageFailed : end;
    }
}
