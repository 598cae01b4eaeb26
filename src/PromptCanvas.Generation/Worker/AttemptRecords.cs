using PromptCanvas.Generation.Queue;

namespace PromptCanvas.Generation.Worker;

/// <summary>Reads and writes the state of a job around its attempt; repeats each step until the storage accepts it.</summary>
internal sealed class AttemptRecords(JobProgress progress, StageCheckpoints stages, JobEvents events, WorkerPause pause)
{
    /// <summary>Indices of the pictures still to be generated; null if the lease was lost.</summary>
    public async Task<IReadOnlyList<int>?> OpenPicturesAsync(ClaimedJob claim, CancellationToken stopping)
    {
        IReadOnlyList<int>? open = null;
        await pause.UntilDoneAsync(async () => open = await progress.OpenPicturesAsync(claim, CancellationToken.None), claim.Id, stopping);
        return open;
    }

    /// <summary>Ends the job or hands it back, as its attempt ended.</summary>
    public Task ConcludeAsync(ClaimedJob claim, RunningJob running, AttemptResult result, CancellationToken stopping) =>
        pause.UntilDoneAsync(() => ConcludeAsync(claim, running, result), claim.Id, stopping);

    /// <summary>Removes the checkpoints of a job that is over.</summary>
    public Task RemoveCheckpointsAsync(ClaimedJob claim, CancellationToken stopping) =>
        pause.UntilDoneAsync(() => stages.RemoveIfOverAsync(claim.Id, CancellationToken.None), claim.Id, stopping);

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
            case AttemptEnd.Over:
                events.Lost(claim.Id);
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
