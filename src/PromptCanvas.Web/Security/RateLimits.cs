using System.Security.Claims;
using System.Threading.RateLimiting;

using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;
using PromptCanvas.Web.Resources;
using PromptCanvas.Web.Results;

namespace PromptCanvas.Web.Security;

/// <summary>API rate limits per person, or per address for anonymous requests.</summary>
internal sealed class RateLimits : IConfigureOptions<RateLimiterOptions>, IDisposable
{
    private const int WritesThatWait = 60;

    private readonly IOptionsMonitor<RateLimitOptions> options;
    private readonly RetrySpread spread;
    private readonly TokenBuckets buckets;
    private readonly PartitionedRateLimiter<HttpContext> perMinute;

    public RateLimits(IOptionsMonitor<RateLimitOptions> options, RetrySpread spread, TokenBuckets buckets)
    {
        this.options = options;
        this.spread = spread;
        this.buckets = buckets;
        perMinute = PartitionedRateLimiter.Create<HttpContext, string>(PerMinute);
    }

    /// <summary>The remaining allowance of the caller; null where no limit applies.</summary>
    public RateLimitStatus? StatusOf(HttpContext context)
    {
        if (!IsLimited(context) || perMinute.GetStatistics(context) is not { } statistics)
        {
            return null;
        }

        var limit = IsBlendPreview(context) ? options.CurrentValue.SketchesPerMinute : IsWrite(context) ? options.CurrentValue.WritesPerMinute : options.CurrentValue.ReadsPerMinute;
        var remaining = (int)Math.Clamp(statistics.CurrentAvailablePermits, 0, limit);
        return new RateLimitStatus(limit, remaining, TimeSpan.FromMinutes((double)(limit - remaining) / limit));
    }

    public void Dispose() => perMinute.Dispose();

    public void Configure(RateLimiterOptions limiter)
    {
        limiter.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
        limiter.OnRejected = async (rejection, cancellationToken) =>
        {
            var wait = rejection.Lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? after : TimeSpan.FromMinutes(1);
            spread.Write(rejection.HttpContext, "requests", wait);
            if (IsLink(rejection.HttpContext))
            {
                rejection.HttpContext.Response.ContentType = "text/plain";
                await rejection.HttpContext.Response.WriteAsync(MessageTexts.Say("Too many requests from this address; try again in a minute.")!, cancellationToken);
            }
        };
        limiter.GlobalLimiter = PartitionedRateLimiter.CreateChained(
            perMinute, PartitionedRateLimiter.Create<HttpContext, string>(PerSecond));
    }

    private static bool IsLimited(HttpContext context) =>
        (context.Request.Path.StartsWithSegments("/api") || context.Request.Path.StartsWithSegments("/v1") || context.Request.Path.StartsWithSegments("/mcp"))
        && context.GetEndpoint()?.Metadata.GetMetadata<UserContent>() is null;

    private static bool IsLink(HttpContext context) => context.Request.Path.StartsWithSegments("/s");

    // Neither needs an account, so count by address.
    private static bool IsPublic(HttpContext context) => IsLink(context) || context.Request.Path.StartsWithSegments("/v1/images/content");

    private static bool IsWrite(HttpContext context) => !HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method);

    private static bool IsBlendPreview(HttpContext context) => context.GetEndpoint()?.Metadata.GetMetadata<BlendPreviewWork>() is not null;

    // Anonymous requests, including those with an invalid key, are counted per address.
    private static string CallerOf(HttpContext context) =>
        context.User.FindFirstValue(ClaimTypes.NameIdentifier) ?? $"address {context.Connection.RemoteIpAddress}";

    private RateLimitPartition<string> PerMinute(HttpContext context) => (IsLimited(context), IsWrite(context)) switch
    {
        _ when IsPublic(context) => buckets.PerMinute($"link {context.Connection.RemoteIpAddress}", options.CurrentValue.LinksPerMinute),
        (true, _) when IsBlendPreview(context) => buckets.PerMinute($"blend-preview {CallerOf(context)}", options.CurrentValue.SketchesPerMinute),
        (true, true) => buckets.PerMinute($"write {CallerOf(context)}", options.CurrentValue.WritesPerMinute),
        (true, false) => buckets.PerMinute($"read {CallerOf(context)}", options.CurrentValue.ReadsPerMinute),
        _ => RateLimitPartition.GetNoLimiter(""),
    };

    // Bursts are queued, not rejected.
    private RateLimitPartition<string> PerSecond(HttpContext context) => IsLimited(context) && IsWrite(context) && !IsBlendPreview(context)
        ? buckets.Of($"burst {CallerOf(context)}", options.CurrentValue.WritesPerSecond, TimeSpan.FromSeconds(1), WritesThatWait)
        : RateLimitPartition.GetNoLimiter("");
}

/// <summary>A caller's allowance.</summary>
/// <param name="Limit">Requests per minute.</param>
/// <param name="Remaining">Requests left now.</param>
/// <param name="Reset">Time until the allowance is full again.</param>
internal sealed record RateLimitStatus(int Limit, int Remaining, TimeSpan Reset);
