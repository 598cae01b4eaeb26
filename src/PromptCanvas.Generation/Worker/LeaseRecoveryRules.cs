using Microsoft.Extensions.Options;
using PromptCanvas.Generation.Configuration;

namespace PromptCanvas.Generation.Worker;

/// <summary>Settings of lease recovery: lease duration, crash limit, and the jobs to exclude.</summary>
internal sealed class LeaseRecoveryRules(HeldLeases held, IOptions<GenerationOptions> options, TimeProvider clock)
{
    public DateTimeOffset Now => clock.GetUtcNow();

    public TimeSpan Lease => held.Duration;

    public int MaximumCrashes => options.Value.MaximumCrashes;

    /// <summary>Jobs that run in this process; they are never recovered, even with an expired lease.</summary>
    public Guid[] Alive() => [.. held.All().Select(lease => lease.JobId)];
}
