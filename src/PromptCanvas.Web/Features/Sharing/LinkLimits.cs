using System.Threading.RateLimiting;

using Microsoft.Extensions.Options;

using PromptCanvas.Web.Security;

namespace PromptCanvas.Web.Features.Sharing;

/// <summary>Rate limits for attempts at a link's password: per address, and in total.</summary>
internal sealed class LinkLimits(IOptionsMonitor<RateLimitOptions> options, TokenBuckets buckets) : IDisposable
{
    // Many people may open the same link at the same time.
    private const int LinkShare = 6;

    private readonly PartitionedRateLimiter<(string Address, Guid Link)> limiter = PartitionedRateLimiter.CreateChained(
        PartitionedRateLimiter.Create<(string Address, Guid Link), string>(attempt => buckets.PerMinute($"link-password {attempt.Address} {attempt.Link}", options.CurrentValue.SignInPerMinute)),
        PartitionedRateLimiter.Create<(string Address, Guid Link), string>(attempt => buckets.PerMinute($"link-password {attempt.Link}", options.CurrentValue.SignInPerMinute * LinkShare)));

    /// <returns>Null when the attempt is allowed; otherwise the time to wait.</returns>
    public async Task<TimeSpan?> RefuseAsync(HttpContext context, Guid linkId)
    {
        using var lease = await limiter.AcquireAsync((context.Connection.RemoteIpAddress?.ToString() ?? "", linkId), cancellationToken: context.RequestAborted);
        return lease.IsAcquired ? null
            : lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? after : TimeSpan.FromMinutes(1);
    }

    public void Dispose() => limiter.Dispose();
}
