using PromptCanvas.Generation.Jobs;

namespace PromptCanvas.Generation.Worker;

/// <summary>The queue as the worker sees it: take the next, or wait until there may be one.</summary>
internal sealed class WorkQueue(JobClaims claims, QueueSignal signal, TimeProvider clock)
{
    public DateTimeOffset Now => clock.GetUtcNow();

    public Task<ClaimedJob?> TakeAsync(bool alone, CancellationToken cancellationToken) => claims.ClaimAsync(alone, cancellationToken);

    /// <summary>Until something is queued or handed back, or a job is due that was paused at <paramref name="asOf"/>.</summary>
    public async Task WaitAsync(DateTimeOffset asOf, CancellationToken cancellationToken)
    {
        if (await claims.NextDueAsync(asOf, cancellationToken) is not { } due)
        {
            await signal.WaitAsync(cancellationToken);
            return;
        }

        var rest = due - clock.GetUtcNow();
        if (rest > TimeSpan.Zero)
        {
            using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await Task.WhenAny(signal.WaitAsync(waiting.Token), Task.Delay(rest, clock, waiting.Token));
            await waiting.CancelAsync();
            cancellationToken.ThrowIfCancellationRequested();
        }
    }
}
