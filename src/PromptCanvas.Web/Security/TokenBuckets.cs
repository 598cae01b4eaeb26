using System.Threading.RateLimiting;
using PromptCanvas.Generation.Live;

namespace PromptCanvas.Web.Security;

/// <summary>Token buckets of callers: full at first, then refilled evenly; shared by all nodes where they have a store for it.
/// A bucket keeps its size, so a changed limit starts new buckets.</summary>
internal sealed class TokenBuckets(ISharedBuckets shared, TimeProvider clock)
{
    /// <param name="caller">The owner of the bucket, and what it counts.</param>
    /// <param name="count">Requests per <paramref name="period"/>.</param>
    /// <param name="period">Time in which an empty bucket is full again.</param>
    /// <param name="waiting">Requests that wait for a token; the others are refused.</param>
    public RateLimitPartition<string> Of(string caller, int count, TimeSpan period, int waiting = 0)
    {
        // The partitioned limiter refills the buckets.
        var options = new TokenBucketRateLimiterOptions
        {
            TokenLimit = count,
            TokensPerPeriod = 1,
            ReplenishmentPeriod = period / count,
            QueueLimit = waiting,
            AutoReplenishment = false,
        };
        return RateLimitPartition.Get<string>($"{caller} {count}", name => shared.IsShared
            ? new SharedTokenBucket(shared, new SharedBucket(name, count, period, waiting), new TokenBucketRateLimiter(options), clock)
            : new TokenBucketRateLimiter(options));
    }

    public RateLimitPartition<string> PerMinute(string caller, int count) => Of(caller, count, TimeSpan.FromMinutes(1));
}
