using System.Threading.RateLimiting;

using Microsoft.Extensions.Options;

using PromptCanvas.Web.Security;

namespace PromptCanvas.Web.Features.Sharing;

/// <summary>How often a link's password may be tried: from one address, and from all together.</summary>
internal sealed class LinkLimits(IOptions<RateLimitOptions> options) : IDisposable
{
    // A class of pupils types the same password on Monday morning.
    private const int LinkShare = 6;

    private readonly PartitionedRateLimiter<(string Address, Guid Link)> limiter = PartitionedRateLimiter.CreateChained(
        PartitionedRateLimiter.Create<(string Address, Guid Link), string>(attempt => RateLimitPartition.GetTokenBucketLimiter(
            $"{attempt.Address} {attempt.Link}", _ => Bucket(options.Value.SignInPerMinute))),
        PartitionedRateLimiter.Create<(string Address, Guid Link), string>(attempt => RateLimitPartition.GetTokenBucketLimiter(
            $"{attempt.Link}", _ => Bucket(options.Value.SignInPerMinute * LinkShare))));

    public bool Refuse(HttpContext context, Guid linkId)
    {
        using var lease = limiter.AttemptAcquire((context.Connection.RemoteIpAddress?.ToString() ?? "", linkId));
        return !lease.IsAcquired;
    }

    public void Dispose() => limiter.Dispose();

    private static TokenBucketRateLimiterOptions Bucket(int perMinute) => new()
    {
        TokenLimit = perMinute,
        TokensPerPeriod = 1,
        ReplenishmentPeriod = TimeSpan.FromMinutes(1) / perMinute,
    };
}
