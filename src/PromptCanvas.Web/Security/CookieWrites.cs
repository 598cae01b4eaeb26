using Microsoft.AspNetCore.Antiforgery;

using PromptCanvas.Generation.Results;
using PromptCanvas.Web.Results;

namespace PromptCanvas.Web.Security;

/// <summary>A browser sends its cookie with whatever another site makes it send. So whoever changes something under <c>/api</c> brings a key,
/// or proves with an antiforgery token that the request comes from our own page.</summary>
internal static class CookieWrites
{
    public static RouteGroupBuilder RefuseForeignWrites(this RouteGroupBuilder api)
    {
        api.AddEndpointFilter(async (invocation, next) =>
        {
            var context = invocation.HttpContext;
            return IsSafe(context) || await IsOurOwnAsync(context)
                ? await next(invocation)
                : new InvalidInput("Authorization", "Send an API key as a bearer token; a cookie alone does not change anything.").ToProblem();
        });
        return api;
    }

    private static bool IsSafe(HttpContext context) =>
        HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method) || context.User.HasClaim(claim => claim.Type == StudioClaims.KeyId);

    private static Task<bool> IsOurOwnAsync(HttpContext context) =>
        context.RequestServices.GetRequiredService<IAntiforgery>().IsRequestValidAsync(context);
}
