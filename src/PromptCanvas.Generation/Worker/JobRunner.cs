using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using PromptCanvas.Generation.Queue;

namespace PromptCanvas.Generation.Worker;

/// <summary>Runs a claimed job from the engine to its final row.</summary>
internal sealed class JobRunner(
    JobAttempt attempt, JobProgress progress, StageCheckpoints stages, JobEvents events, HeldLeases leases, WorkerPause pause, ILogger<JobRunner> logger)
{
    private const string StudioFault = "The studio failed on this request; the administrator finds the reason in the log.";

    /// <summary>Returns when the job has ended, was handed back, or its lease was lost.</summary>
    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "An unexpected fault must not leave the job in state running.")]
    public async Task RunAsync(ClaimedJob claim, CancellationToken stopping)
    {
        using var running = events.Reachable(claim.Id, claim.Job.CompletedImages, stopping);
        using var lease = leases.Hold(claim, running.Cancel);
        try
        {
            await RunAsync(claim, running, stopping);
        }
        catch (Exception fault) when (!stopping.IsCancellationRequested)
        {
            logger.LogError(fault, "Job {JobId} failed outside the engine", claim.Id);
            await pause.UntilDoneAsync(() => ConcludeAsync(claim, running, new AttemptResult(AttemptEnd.Over, StudioFault)), claim.Id, stopping);
        }
    }

    private async Task RunAsync(ClaimedJob claim, RunningJob running, CancellationToken stopping)
    {
        // Cancellations between the claim and the registration of the run raised no signal, so read the state again.
        IReadOnlyList<int>? open = null;
        await pause.UntilDoneAsync(async () => open = await progress.OpenPicturesAsync(claim, CancellationToken.None), claim.Id, stopping);
        if (open is null)
        {
            return;
        }

        foreach (var image in claim.Missing.Where(image => !open.Contains(image.ImageIndex)))
        {
            running.Drop(image.ImageIndex);
        }

        events.Started(claim.Id, claim.Job.CompletedImages);
        var result = await attempt.RunAsync(claim, running, stopping);
        await pause.UntilDoneAsync(() => ConcludeAsync(claim, running, result), claim.Id, stopping);
        if (result.End is AttemptEnd.Over or AttemptEnd.Fenced)
        {
            await pause.UntilDoneAsync(() => stages.RemoveIfOverAsync(claim.Id, CancellationToken.None), claim.Id, stopping);
        }
    }

    private async Task ConcludeAsync(ClaimedJob claim, RunningJob running, AttemptResult result)
    {
        switch (result.End)
        {
            case AttemptEnd.Stopped:
                await HandBackAsync(claim, running, TimeSpan.Zero);
                break;
            case AttemptEnd.StorageFailed:
                await HandBackAsync(claim, running, pause.Duration);
                break;
            case AttemptEnd.Fenced:
                events.Lost(claim.Id);
                break;
            case AttemptEnd.Over when await progress.EndAsync(claim, result.Reason, CancellationToken.None) is { } state:
                events.Ended(claim.Id, state, running.CompletedImages);
                break;
        }
    }

    private async Task HandBackAsync(ClaimedJob claim, RunningJob running, TimeSpan rest)
    {
        if (await progress.HandBackAsync(claim, rest, CancellationToken.None))
        {
            events.HandedBack(claim.Id, running.CompletedImages);
        }
    }
}
