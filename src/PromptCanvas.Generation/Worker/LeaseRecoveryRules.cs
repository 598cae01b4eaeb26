using Microsoft.Extensions.Options;
using PromptCanvas.Generation.Configuration;

namespace PromptCanvas.Generation.Worker;

/// <summary>When a job counts as lost, and when as hopeless.</summary>
internal sealed class LeaseRecoveryRules(HeldLeases held, IOptions<GenerationOptions> options, TimeProvider clock)
{
    public DateTimeOffset Now => clock.GetUtcNow();

    public TimeSpan Lease => options.Value.Lease;

    public int MaximumCrashes => options.Value.MaximumCrashes;

    /// <summary>Jobs that run in this process, whatever their lease says.</summary>
    public Guid[] Alive() => [.. held.All().Select(lease => lease.JobId)];
}
