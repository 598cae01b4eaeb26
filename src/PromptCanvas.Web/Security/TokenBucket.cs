using System.Threading.RateLimiting;

namespace PromptCanvas.Web.Security;

/// <summary>Token buckets of callers: full at first, then refilled evenly. A bucket keeps its size, so a changed limit starts new buckets.</summary>
internal static class TokenBucket
{
    /// <param name="caller">The owner of the bucket.</param>
    /// <param name="count">Requests per <paramref name="period"/>.</param>
    /// <param name="period">Time in which an empty bucket is full again.</param>
    /// <param name="waiting">Requests that wait for a token; the others are refused.</param>
    public static RateLimitPartition<string> Of(string caller, int count, TimeSpan period, int waiting = 0) =>
        RateLimitPartition.GetTokenBucketLimiter($"{caller} {count}", _ => new TokenBucketRateLimiterOptions
        {
            TokenLimit = count,
            TokensPerPeriod = 1,
            ReplenishmentPeriod = period / count,
            QueueLimit = waiting,
        });

    public static RateLimitPartition<string> PerMinute(string caller, int count) => Of(caller, count, TimeSpan.FromMinutes(1));
}
