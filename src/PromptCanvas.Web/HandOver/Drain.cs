using Microsoft.Extensions.Options;
using PromptCanvas.Generation.Configuration;

namespace PromptCanvas.Web.HandOver;

/// <summary>Whether this node is leaving. Its pages move to other nodes first, then the requests of all others do, then it stops.</summary>
internal sealed class Drain(IOptions<DrainOptions> options, IOptions<GenerationOptions> generation, IOptions<StudioOptions> studio)
{
    private readonly TaskCompletionSource begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool isClosed;

    /// <summary>Whether there may be other nodes that take the pages.</summary>
    public bool IsPossible => generation.Value.SharedQueue && studio.Value.IsWeb;

    public bool IsOn => begun.Task.IsCompleted;

    /// <summary>Completes when the node begins to leave.</summary>
    public Task Begun => begun.Task;

    /// <summary>Whether the pages have moved, so that the balancer sends nobody here any more, with this node's cookie or without.</summary>
    public bool IsClosed => isClosed;

    /// <summary>Time for the balancer to see a change of readiness.</summary>
    public TimeSpan Notice => TimeSpan.FromSeconds(options.Value.NoticeSeconds);

    /// <summary>Time after which the node stops in any case.</summary>
    public TimeSpan Limit => TimeSpan.FromSeconds(options.Value.Seconds);

    /// <summary>Time kept for the balancer to see that the pages have moved: as long as the notice, and at most half of what is left after it.</summary>
    public TimeSpan Rest => TimeSpan.FromTicks(Math.Max(0, Math.Min(Notice.Ticks, (Limit - Notice).Ticks / 2)));

    public void Begin() => begun.TrySetResult();

    public void Close() => isClosed = true;
}
