using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;

namespace PromptCanvas.Generation.Queue;

/// <inheritdoc/>
internal sealed class JobFeed(ILogger<JobFeed> logger) : IJobFeed
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
    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "A page's callback must not fail the job.")]
    public void Publish(JobChanged change)
    {
        foreach (var (subscription, _) in subscriptions)
        {
            if (subscription.JobId is { } jobId && jobId != change.JobId)
            {
                continue;
            }

            try
            {
                subscription.OnChanged(change);
            }
            catch (Exception fault)
            {
                logger.LogError(fault, "A subscriber of job {JobId} failed", change.JobId);
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
