using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using PromptCanvas.Generation.Configuration;
using PromptCanvas.Generation.Nodes;

namespace PromptCanvas.Generation.Worker;

/// <summary>The lease of a job that runs in this process.</summary>
internal readonly record struct HeldLease(Guid JobId, long Fence);

/// <summary>The leases held by this process, each with a callback that stops its run.</summary>
internal sealed class HeldLeases(ThisNode node, IOptions<GenerationOptions> options)
{
    /// <summary>Identifies this process in the column LeasedBy; new after each start.</summary>
    public string Worker => node.Id;

    /// <summary>The name of this process in the column RanOn.</summary>
    public string Node => node.Name;

    /// <summary>Cancelled while this process is drained: its jobs are handed back.</summary>
    public CancellationToken Leaving => node.Leaving;

    /// <summary>How long a lease lasts without renewal.</summary>
    public TimeSpan Duration => options.Value.Lease;

    private readonly ConcurrentDictionary<HeldLease, Action> held = new();

    /// <param name="drop">Called when the lease is lost.</param>
    /// <returns>Dispose it when the run ends.</returns>
    public IDisposable Hold(ClaimedJob claim, Action drop)
    {
        var lease = new HeldLease(claim.Id, claim.Fence);
        held[lease] = drop;
        return new Release(this, lease);
    }

    public IReadOnlyCollection<HeldLease> All() => [.. held.Keys];

    /// <summary>Stops the run. Its writes would be rejected by the fence in any case.</summary>
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
