using Microsoft.AspNetCore.Antiforgery;

using PromptCanvas.Web.Results;

namespace PromptCanvas.Web.Security;

/// <summary>CSRF protection: browsers attach the cookie to cross-site requests too. A request under <c>/api</c> that changes something needs an API
/// key, or an antiforgery token that proves that it comes from one of our pages.</summary>
internal static class CookieWrites
{
    public static RouteGroupBuilder RefuseForeignWrites(this RouteGroupBuilder api)
    {
        api.AddEndpointFilter(async (invocation, next) =>
        {
            var context = invocation.HttpContext;
            return IsSafe(context) || await IsOurOwnAsync(context)
                ? await next(invocation)
                : new InvalidInput("Authorization", "Send an API key as a bearer token; a cookie alone does not authorize changes.").ToProblem();
        });
        return api;
    }

    private static bool IsSafe(HttpContext context) =>
        HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method) || context.User.HasClaim(claim => claim.Type == StudioClaims.KeyId);

    private static Task<bool> IsOurOwnAsync(HttpContext context) =>
        context.RequestServices.GetRequiredService<IAntiforgery>().IsRequestValidAsync(context);
}
