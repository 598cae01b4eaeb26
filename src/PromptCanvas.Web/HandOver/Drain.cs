using Microsoft.Extensions.Options;
using PromptCanvas.Generation.Configuration;

namespace PromptCanvas.Web.HandOver;

/// <summary>Whether this node is leaving. From then on it is not ready, and its pages move to other nodes.</summary>
internal sealed class Drain(IOptions<DrainOptions> options, IOptions<GenerationOptions> generation, IOptions<StudioOptions> studio)
{
    private readonly TaskCompletionSource begun = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Whether there may be other nodes that take the pages.</summary>
    public bool IsPossible => generation.Value.SharedQueue && studio.Value.IsWeb;

    public bool IsOn => begun.Task.IsCompleted;

    /// <summary>Completes when the node begins to leave.</summary>
    public Task Begun => begun.Task;

    /// <summary>Time for the balancer to see that the node is not ready.</summary>
    public TimeSpan Notice => TimeSpan.FromSeconds(options.Value.NoticeSeconds);

    /// <summary>Time after which the node stops in any case.</summary>
    public TimeSpan Limit => TimeSpan.FromSeconds(options.Value.Seconds);

    public void Begin() => begun.TrySetResult();
}
