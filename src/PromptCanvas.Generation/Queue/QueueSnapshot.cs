namespace PromptCanvas.Generation.Queue;

/// <summary>A job's place in the queue.</summary>
/// <param name="Position">1 = next; null if running.</param>
/// <param name="EtaSeconds">Estimated seconds until the whole job is done; null if its kind and size were not measured yet.</param>
/// <param name="Why">Null if running.</param>
internal sealed record QueuePlace(int? Position, double? EtaSeconds, QueueExplanation? Why);

/// <summary>The state of the whole queue at one time.</summary>
/// <param name="RunningSeconds">Estimated seconds until all running jobs are done.</param>
/// <param name="WaitingSeconds">Additional seconds until all queued jobs are done.</param>
/// <param name="PauseReason">Null if the queue is not paused.</param>
internal sealed record QueueSnapshot(
    IReadOnlyDictionary<Guid, QueuePlace> Places, int Waiting, double RunningSeconds, double WaitingSeconds, string? PauseReason)
{
    public static QueueSnapshot Empty { get; } = new(new Dictionary<Guid, QueuePlace>(), 0, 0, 0, null);
}
