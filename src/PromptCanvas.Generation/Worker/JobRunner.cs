using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using PromptCanvas.Generation.Queue;

namespace PromptCanvas.Generation.Worker;

/// <summary>Runs a claimed job from the engine to its final row.</summary>
internal sealed class JobRunner(JobAttempt attempt, AttemptRecords records, JobEvents events, HeldLeases leases, ILogger<JobRunner> logger)
{
    private const string StudioFault = "The studio failed on this request; the administrator finds the reason in the log.";

    /// <summary>Returns when the job has ended, was handed back, or its lease was lost.</summary>
    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "An unexpected fault must not leave the job in state running.")]
    public async Task RunAsync(ClaimedJob claim, CancellationToken stopping)
    {
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(stopping, leases.Leaving);
        using var running = events.Reachable(claim.Id, claim.Job.CompletedImages, leaving.Token);
        using var lease = leases.Hold(claim, running.Cancel);
        try
        {
            await RunAsync(claim, running, leaving.Token, stopping);
        }
        catch (Exception fault) when (!stopping.IsCancellationRequested)
        {
            logger.LogError(fault, "Job {JobId} failed outside the engine", claim.Id);
            await records.ConcludeAsync(claim, running, new AttemptResult(AttemptEnd.Over, StudioFault), stopping);
        }
    }

    /// <param name="leaving">Cancelled when this node is drained, too.</param>
    private async Task RunAsync(ClaimedJob claim, RunningJob running, CancellationToken leaving, CancellationToken stopping)
    {
        // Cancellations between the claim and the registration of the run raised no signal, so read the state again.
        if (await records.OpenPicturesAsync(claim, stopping) is not { } open)
        {
            return;
        }

        foreach (var picture in claim.Missing.Where(picture => !open.Contains(picture.ImageIndex)))
        {
            running.Drop(picture.ImageIndex);
        }

        events.Started(claim.Id, claim.Fence, claim.Job.CompletedImages);
        var result = await attempt.RunAsync(claim, running, leaving);
        await records.ConcludeAsync(claim, running, result, stopping);
        if (result.End is AttemptEnd.Over or AttemptEnd.Fenced)
        {
            await records.RemoveCheckpointsAsync(claim, stopping);
        }
    }
}
