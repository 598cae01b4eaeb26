using Microsoft.Extensions.Options;
using PromptCanvas.Generation.Configuration;

namespace PromptCanvas.Generation.Worker;

/// <summary>The worker's identity, the lease duration and the per-person limit used by claims.</summary>
internal sealed class ClaimSettings(IOptions<GenerationOptions> options, IOptions<QuotaOptions> quotas, TimeProvider clock)
{
    /// <summary>Identifies this process in the column LeasedBy; new after each start.</summary>
    public string Worker { get; } = $"{Environment.MachineName}-{Guid.NewGuid():N}";

    public DateTimeOffset Now => clock.GetUtcNow();

    public TimeSpan Lease => options.Value.Lease;

    /// <summary>Maximum running jobs per person; 0 = unlimited.</summary>
    public int MaximumRunning => quotas.Value.MaximumRunning;
}
