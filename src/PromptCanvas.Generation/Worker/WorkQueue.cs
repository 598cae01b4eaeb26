using Microsoft.Extensions.Options;
using PromptCanvas.Generation.Configuration;
using PromptCanvas.Generation.Queue;

namespace PromptCanvas.Generation.Worker;

/// <summary>The queue as the worker sees it: take the next, or wait until there may be one.</summary>
internal sealed class WorkQueue(JobClaims claims, QueueSignal signal, IOptions<GenerationOptions> options, TimeProvider clock)
{
    // What other processes queue makes no sound here.
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1);

    public DateTimeOffset Now => clock.GetUtcNow();

    public Task<IReadOnlyList<ClaimedJob>> TakeAsync(ClaimLimit limit, bool alone, CancellationToken cancellationToken) =>
        claims.ClaimAsync(limit, alone, cancellationToken);

    /// <summary>Until something is queued or handed back, or a job is due that was paused at <paramref name="asOf"/>.</summary>
    public async Task WaitAsync(DateTimeOffset asOf, CancellationToken cancellationToken)
    {
        var due = await claims.NextDueAsync(asOf, cancellationToken);
        var rest = due is { } time ? time - clock.GetUtcNow() : Timeout.InfiniteTimeSpan;
        if (options.Value.SharedQueue && (due is null || rest > PollInterval))
        {
            rest = PollInterval;
        }

        if (rest > TimeSpan.Zero)
        {
            using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await Task.WhenAny(signal.WaitAsync(waiting.Token), Task.Delay(rest, clock, waiting.Token));
            await waiting.CancelAsync();
            cancellationToken.ThrowIfCancellationRequested();
        }
        else if (due is null)
        {
            await signal.WaitAsync(cancellationToken);
        }
    }
}
