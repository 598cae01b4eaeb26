using System.Collections.Concurrent;

namespace PromptCanvas.Generation.Worker;

/// <summary>A job that this process runs.</summary>
internal readonly record struct HeldLease(Guid JobId, long Fence);

/// <summary>What this process runs now, and how to stop each.</summary>
internal sealed class HeldLeases
{
    private readonly ConcurrentDictionary<HeldLease, Action> held = new();

    /// <param name="drop">Called when the lease is gone.</param>
    /// <returns>Dispose of it when the run is over.</returns>
    public IDisposable Hold(ClaimedJob claim, Action drop)
    {
        var lease = new HeldLease(claim.Id, claim.Fence);
        held[lease] = drop;
        return new Release(this, lease);
    }

    public IReadOnlyCollection<HeldLease> All() => [.. held.Keys];

    /// <summary>Stops the run; its writes would be refused anyway.</summary>
    public void Drop(HeldLease lease)
    {
        if (held.TryRemove(lease, out var drop))
        {
            drop();
        }
    }

    private sealed class Release(HeldLeases leases, HeldLease lease) : IDisposable
    {
        public void Dispose() => leases.held.TryRemove(lease, out _);
    }
}
