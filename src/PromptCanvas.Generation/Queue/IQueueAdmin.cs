using PromptCanvas.Generation.Results;

namespace PromptCanvas.Generation.Queue;

/// <summary>One job as an administrator sees it: who waits for what, not what it says.</summary>
public sealed record QueueEntry(
    Guid JobId, Guid? PersonId, JobState State, string Model, int Size, int Pictures, DateTimeOffset CreatedAt, int? Position, double? EtaSeconds, QueueExplanation? Why);

/// <summary>The whole queue.</summary>
/// <param name="PausedAt">Null when it runs.</param>
/// <param name="PausedBy">Null when the studio paused itself.</param>
public sealed record QueueOverview(DateTimeOffset? PausedAt, Guid? PausedBy, string? PauseReason, IReadOnlyList<QueueEntry> Jobs);

/// <summary>What administrators do to the queue. Who may call it is the caller's affair, and so is the audit log.</summary>
public interface IQueueAdmin
{
    /// <summary>Running jobs, then waiting ones in their order.</summary>
    /// <param name="take">1 … 1,000 jobs.</param>
    Task<QueueOverview> LookAsync(int take, CancellationToken cancellationToken);

    /// <summary>No job is claimed until it is resumed; what runs goes on.</summary>
    /// <param name="reason">One sentence for whoever waits.</param>
    Task<Result<bool>> PauseAsync(string reason, Guid? byPersonId, CancellationToken cancellationToken);

    Task<Result<bool>> ResumeAsync(CancellationToken cancellationToken);

    /// <summary>Before everything else that waits.</summary>
    Task<Result<bool>> MoveToFrontAsync(Guid jobId, CancellationToken cancellationToken);

    /// <summary>Right before another one that waits.</summary>
    Task<Result<bool>> MoveBeforeAsync(Guid jobId, Guid beforeJobId, CancellationToken cancellationToken);
}
