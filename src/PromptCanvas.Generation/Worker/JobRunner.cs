using PromptCanvas.Generation.Jobs;

namespace PromptCanvas.Generation.Worker;

/// <summary>A claimed job from the engine to its last row.</summary>
internal sealed class JobRunner(JobAttempt attempt, JobProgress progress, JobEvents events, WorkerPause pause)
{
    /// <summary>Ends with the job over, handed back, or somebody else's.</summary>
    public async Task RunAsync(ClaimedJob claim, CancellationToken stopping)
    {
        using var running = events.Reachable(claim.Id, claim.Job.CompletedImages, stopping);

        // A cancel between the claim and the line above reached nobody.
        var held = false;
        await pause.UntilDoneAsync(async () => held = await progress.IsHeldAsync(claim, CancellationToken.None), claim.Id, stopping);
        if (!held)
        {
            return;
        }

        events.Started(claim.Id, claim.Job.CompletedImages);
        var result = await attempt.RunAsync(claim, running, stopping);
        await pause.UntilDoneAsync(() => ConcludeAsync(claim, running, result), claim.Id, stopping);
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
