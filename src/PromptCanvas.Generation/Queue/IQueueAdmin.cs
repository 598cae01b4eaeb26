using PromptCanvas.Data.Jobs;

namespace PromptCanvas.Generation.Queue;

/// <summary>One job as shown to administrators: its owner and size, but not its prompt.</summary>
public sealed record QueueEntry(
    Guid JobId, Guid? PersonId, JobState State, string Model, int Size, int Pictures, DateTimeOffset CreatedAt, int? Position, double? EtaSeconds, QueueExplanation? Why)
{
    /// <summary>Name of the node that runs it, or ran it last; null before it ran.</summary>
    public string? RanOn { get; init; }
}

/// <summary>The whole queue.</summary>
/// <param name="PausedAt">Null if the queue is not paused.</param>
/// <param name="PausedBy">Null when the studio paused itself.</param>
public sealed record QueueOverview(DateTimeOffset? PausedAt, Guid? PausedBy, string? PauseReason, IReadOnlyList<QueueEntry> Jobs);

/// <summary>Queue administration. The caller is responsible for authorization and for the audit log.</summary>
public interface IQueueAdmin
{
    /// <summary>Running jobs, then queued jobs in order.</summary>
    /// <param name="take">Maximum number of jobs, 1 … 1,000.</param>
    Task<QueueOverview> LookAsync(int take, CancellationToken cancellationToken);

    /// <summary>Stops claiming jobs until the queue is resumed; running jobs continue.</summary>
    /// <param name="reason">One sentence for people with queued jobs.</param>
    Task<Result<bool>> PauseAsync(string reason, Guid? byPersonId, CancellationToken cancellationToken);

    Task<Result<bool>> ResumeAsync(CancellationToken cancellationToken);

    /// <summary>Moves a job before all other queued jobs.</summary>
    Task<Result<bool>> MoveToFrontAsync(Guid jobId, CancellationToken cancellationToken);

    /// <summary>Moves a job directly before another queued job.</summary>
    Task<Result<bool>> MoveBeforeAsync(Guid jobId, Guid beforeJobId, CancellationToken cancellationToken);
}
