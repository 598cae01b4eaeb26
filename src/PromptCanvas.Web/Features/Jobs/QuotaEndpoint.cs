using System.Security.Claims;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Web.Security;

namespace PromptCanvas.Web.Features.Jobs;

/// <summary><c>GET /api/me/quota</c>: the caller's remaining credits.</summary>
internal static class QuotaEndpoint
{
    public static void MapQuota(this IEndpointRouteBuilder api) => api.MapGet("/me/quota", FindAsync).RequireAuthorization(Policies.Read)
        .Produces<QuotaBody>().WithSummary("Your credits; one credit is one picture. Scope: read.");

    private static async Task<IResult> FindAsync(ClaimsPrincipal user, ICredits credits, CancellationToken cancellationToken)
    {
        var actor = user.ToActor();
        var quota = await credits.GetAsync(actor.PersonId, actor.Role, cancellationToken);
        return TypedResults.Ok(new QuotaBody(quota.Used, quota.Limit, quota.Remaining, quota.Period, quota.ResetsAt));
    }
}

/// <summary>Credits in API responses.</summary>
/// <param name="Period">2026-11, 2026-W48, 2026-11-23 or "all".</param>
/// <param name="ResetsAt">When credits are renewed; null = never.</param>
internal sealed record QuotaBody(decimal Used, decimal Limit, decimal Remaining, string Period, DateTimeOffset? ResetsAt);
