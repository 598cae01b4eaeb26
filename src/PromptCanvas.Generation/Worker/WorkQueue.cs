using Microsoft.Extensions.Options;
using PromptCanvas.Generation.Configuration;
using PromptCanvas.Generation.Queue;

namespace PromptCanvas.Generation.Worker;

/// <summary>The worker's view of the queue: claim jobs, or wait until some may be available.</summary>
internal sealed class WorkQueue(JobClaims claims, QueueSignal signal, IOptions<GenerationOptions> options, TimeProvider clock)
{
    // Other processes raise no in-process signal, so poll.
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1);

    public DateTimeOffset Now => clock.GetUtcNow();

    public Task<IReadOnlyList<ClaimedJob>> TakeAsync(ClaimLimit limit, bool alone, CancellationToken cancellationToken) =>
        claims.ClaimAsync(limit, alone, cancellationToken);

    /// <summary>Waits until a job is queued or handed back, or until a job that was delayed at <paramref name="asOf"/> is due.</summary>
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
