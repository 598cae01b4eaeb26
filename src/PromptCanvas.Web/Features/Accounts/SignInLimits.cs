using System.Threading.RateLimiting;

using Microsoft.Extensions.Options;

using PromptCanvas.Web.Security;

namespace PromptCanvas.Web.Features.Accounts;

/// <summary>Rate limits for sign-in attempts: per account and address, so that one person's mistakes do not block an office behind one address, and per address.</summary>
internal sealed class SignInLimits(IOptionsMonitor<RateLimitOptions> options, TokenBuckets buckets) : IDisposable
{
    // Many people behind one address may sign in at the same time.
    private const int AddressShare = 6;

    private readonly PartitionedRateLimiter<Attempt> limiter = PartitionedRateLimiter.CreateChained(
        PartitionedRateLimiter.Create<Attempt, string>(attempt => buckets.PerMinute($"sign-in {attempt.Address} {attempt.Account}", options.CurrentValue.SignInPerMinute)),
        PartitionedRateLimiter.Create<Attempt, string>(attempt => buckets.PerMinute($"sign-in {attempt.Address}", options.CurrentValue.SignInPerMinute * AddressShare)));

    /// <returns>Null when the attempt is allowed; otherwise the time to wait.</returns>
    public async Task<TimeSpan?> RefuseAsync(HttpContext context, string account)
    {
        var attempt = new Attempt(context.Connection.RemoteIpAddress?.ToString() ?? "", account.Trim().ToUpperInvariant());
        using var lease = await limiter.AcquireAsync(attempt, cancellationToken: context.RequestAborted);
        return lease.IsAcquired ? null
            : lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? after : TimeSpan.FromMinutes(1);
    }

    public void Dispose() => limiter.Dispose();

    private sealed record Attempt(string Address, string Account);
}
