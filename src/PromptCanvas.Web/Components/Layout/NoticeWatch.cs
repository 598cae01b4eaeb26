using PromptCanvas.Data.Identity;
using PromptCanvas.Generation.Supervision;

namespace PromptCanvas.Web.Components.Layout;

/// <summary>Polls the numbers of unread notices of the people with open pages, in one query for all of them, because any process may add or read
/// notices.</summary>
public sealed class NoticeWatch(NoticeBoard board, TimeProvider clock, Supervisor supervisor) : SupervisedService(supervisor)
{
    private readonly Lock gate = new();
    private readonly List<Subscription> subscriptions = [];

    /// <summary>The longest time until a bell shows a change.</summary>
    public static TimeSpan Interval { get; } = TimeSpan.FromSeconds(3);

    /// <summary>Calls back with the current number and after every change, until disposed.</summary>
    public IDisposable Subscribe(Guid personId, Action<int> onCount)
    {
        var subscription = new Subscription(this, personId, onCount);
        lock (gate)
        {
            subscriptions.Add(subscription);
        }

        return subscription;
    }

    /// <summary>Reads the numbers once and calls back.</summary>
    internal async Task LookAsync(CancellationToken cancellationToken)
    {
        if (Current() is not { Count: > 0 } watched)
        {
            return;
        }

        var counts = await board.CountUnreadAsync([.. watched.Select(subscription => subscription.PersonId).Distinct()], cancellationToken);
        foreach (var subscription in watched)
        {
            subscription.Tell(counts.GetValueOrDefault(subscription.PersonId));
        }
    }

    /// <inheritdoc/>
    protected override async Task RunAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            await Task.Delay(Interval, clock, stoppingToken);
            await LookAsync(stoppingToken);
            Worked();
        }
    }

    private List<Subscription> Current()
    {
        lock (gate)
        {
            return [.. subscriptions];
        }
    }

    private sealed class Subscription(NoticeWatch watch, Guid personId, Action<int> onCount) : IDisposable
    {
        private int? told;

        public Guid PersonId => personId;

        public void Tell(int count)
        {
            if (count != told)
            {
                told = count;
                onCount(count);
            }
        }

        public void Dispose()
        {
            lock (watch.gate)
            {
                watch.subscriptions.Remove(this);
            }
        }
    }
}
