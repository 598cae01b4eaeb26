using Microsoft.Extensions.Options;
using PromptCanvas.Generation.Configuration;

namespace PromptCanvas.Generation.Worker;

/// <summary>Who claims, for how long, and how much for one person.</summary>
internal sealed class ClaimSettings(IOptions<GenerationOptions> options, IOptions<QuotaOptions> quotas, TimeProvider clock)
{
    /// <summary>This process in the column LeasedBy: another one after each start.</summary>
    public string Worker { get; } = $"{Environment.MachineName}-{Guid.NewGuid():N}";

    public DateTimeOffset Now => clock.GetUtcNow();

    public TimeSpan Lease => options.Value.Lease;

    /// <summary>Jobs of one person that may run at once; 0 = any number.</summary>
    public int MaximumRunning => quotas.Value.MaximumRunning;
}
