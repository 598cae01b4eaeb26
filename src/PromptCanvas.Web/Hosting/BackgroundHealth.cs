using Microsoft.Extensions.Diagnostics.HealthChecks;

using PromptCanvas.Generation.Supervision;
using PromptCanvas.Web.HandOver;

namespace PromptCanvas.Web.Hosting;

/// <summary>Not ready while a background service keeps failing; degraded, which readiness answers with 404, while the process stops.</summary>
internal sealed class BackgroundHealth(BackgroundFaults faults, Drain drain, IHostApplicationLifetime lifetime) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(
        faults.Ill is { Count: > 0 } ill ? HealthCheckResult.Unhealthy($"These services keep failing: {string.Join(", ", ill)}.")
        : drain.IsOn || lifetime.ApplicationStopping.IsCancellationRequested ? HealthCheckResult.Degraded("The studio is stopping.")
        : HealthCheckResult.Healthy());
}
