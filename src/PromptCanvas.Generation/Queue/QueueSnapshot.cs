namespace PromptCanvas.Generation.Queue;

/// <summary>Where a job stands.</summary>
/// <param name="Position">1 = next; null when it runs.</param>
/// <param name="EtaSeconds">Until the whole job is done; null when its size was not measured yet.</param>
/// <param name="Why">Null when it runs.</param>
internal sealed record QueuePlace(int? Position, double? EtaSeconds, QueueExplanation? Why);

/// <summary>One look at the whole queue.</summary>
/// <param name="RunningSeconds">Until what runs is done, as far as measured.</param>
/// <param name="WaitingSeconds">From then until everything that waits is done.</param>
/// <param name="PauseReason">Null when it runs.</param>
internal sealed record QueueSnapshot(
    IReadOnlyDictionary<Guid, QueuePlace> Places, int Waiting, double RunningSeconds, double WaitingSeconds, string? PauseReason)
{
    public static QueueSnapshot Empty { get; } = new(new Dictionary<Guid, QueuePlace>(), 0, 0, 0, null);
}
