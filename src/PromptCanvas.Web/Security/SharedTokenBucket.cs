using System.Threading.RateLimiting;
using PromptCanvas.Generation.Live;

namespace PromptCanvas.Web.Security;

/// <summary>A token bucket of all nodes, and a local one of the same size for the time in which the shared store does not answer.</summary>
/// <remarks>What the shared bucket grants is also taken from the local one: a caller who has used the allowance up does not get a full one when the store is lost.</remarks>
internal sealed class SharedTokenBucket(ISharedBuckets shared, SharedBucket bucket, TokenBucketRateLimiter local, TimeProvider clock) : ReplenishingRateLimiter
{
    private readonly Lock gate = new();
    private (int Left, long At)? last;

    public override TimeSpan? IdleDuration => local.IdleDuration;

    public override bool IsAutoReplenishing => local.IsAutoReplenishing;

    public override TimeSpan ReplenishmentPeriod => local.ReplenishmentPeriod;

    public override bool TryReplenish() => local.TryReplenish();

    public override RateLimiterStatistics? GetStatistics()
    {
        if (local.GetStatistics() is not { } statistics || Left() is not { } left)
        {
            return local.GetStatistics();
        }

        return new RateLimiterStatistics
        {
            CurrentAvailablePermits = left,
            CurrentQueuedCount = statistics.CurrentQueuedCount,
            TotalFailedLeases = statistics.TotalFailedLeases,
            TotalSuccessfulLeases = statistics.TotalSuccessfulLeases,
        };
    }

    // The middleware tries this first; refused here, it asks asynchronously.
    protected override RateLimitLease AttemptAcquireCore(int permitCount) => shared.IsUp ? new Lease(false, null) : local.AttemptAcquire(permitCount);

    protected override async ValueTask<RateLimitLease> AcquireAsyncCore(int permitCount, CancellationToken cancellationToken)
    {
        var answer = await shared.TakeAsync(bucket, cancellationToken);
        Remember(answer);
        if (answer is not { } token)
        {
            return await local.AcquireAsync(permitCount, cancellationToken);
        }

        if (!token.IsTaken)
        {
            return new Lease(false, token.Wait);
        }

        using var alsoHere = local.AttemptAcquire(permitCount);
        if (token.Wait > TimeSpan.Zero)
        {
            await Task.Delay(token.Wait, clock, cancellationToken);
        }

        return new Lease(true, null);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            local.Dispose();
        }

        base.Dispose(disposing);
    }

    private void Remember(SharedToken? answer)
    {
        lock (gate)
        {
            last = answer is { } token ? (token.Left, clock.GetTimestamp()) : null;
        }
    }

    /// <summary>Tokens left now as far as this node knows; null without an answer of the shared bucket.</summary>
    private int? Left()
    {
        lock (gate)
        {
            return last is { } known
                ? (int)Math.Min(bucket.Size, known.Left + Math.Floor(clock.GetElapsedTime(known.At) / bucket.Period * bucket.Size))
                : null;
        }
    }

    private sealed class Lease(bool isAcquired, TimeSpan? retryAfter) : RateLimitLease
    {
        public override bool IsAcquired => isAcquired;

        public override IEnumerable<string> MetadataNames => retryAfter is null ? [] : [MetadataName.RetryAfter.Name];

        public override bool TryGetMetadata(string metadataName, out object? metadata)
        {
            metadata = metadataName == MetadataName.RetryAfter.Name ? retryAfter : null;
            return metadata is not null;
        }
    }
}
