using System.Collections.Concurrent;
using PromptCanvas.Generation.Supervision;

namespace PromptCanvas.Generation.Queue;

/// <inheritdoc/>
internal sealed class JobFeed(BackgroundFaults faults) : IJobFeed
{
    private readonly ConcurrentDictionary<Subscription, byte> subscriptions = new();

    public IDisposable Subscribe(Guid? jobId, Action<JobChanged> onChanged)
    {
        ArgumentNullException.ThrowIfNull(onChanged);
        var subscription = new Subscription(this, jobId, onChanged);
        subscriptions.TryAdd(subscription, 0);
        return subscription;
    }

    /// <summary>Notifies all subscribers. A callback's exception does not affect the others.</summary>
    public void Publish(JobChanged change)
    {
        foreach (var (subscription, _) in subscriptions)
        {
            if (subscription.JobId is null || subscription.JobId == change.JobId)
            {
                faults.Guard(nameof(JobFeed), () => subscription.OnChanged(change));
            }
        }
    }

    private sealed class Subscription(JobFeed feed, Guid? jobId, Action<JobChanged> onChanged) : IDisposable
    {
        public Guid? JobId { get; } = jobId;

        public Action<JobChanged> OnChanged { get; } = onChanged;

        public void Dispose() => feed.subscriptions.TryRemove(this, out _);
    }
}
