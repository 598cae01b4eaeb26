using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.AspNetCore.Identity;

namespace PromptCanvas.Web.Security;

/// <summary>Responds to refused requests and audits them. Pages: anonymous users are redirected to sign-in, others get 404, which does not reveal
/// that the page exists. API clients: 401 without credentials, 403 without the permission.</summary>
internal sealed class AccessResults(RefusalAudit audit) : IAuthorizationMiddlewareResultHandler
{
    public async Task HandleAsync(RequestDelegate next, HttpContext context, AuthorizationPolicy policy, PolicyAuthorizationResult authorizeResult)
    {
        if (authorizeResult.Succeeded)
        {
            await next(context);
        }
        else if (authorizeResult.Challenged)
        {
            await ChallengeAsync(context);
        }
        else
        {
            await audit.WriteAsync(context.ToActor(), context.Request.Path, context.Request.Method, context.RequestAborted);
            context.Response.StatusCode = RequestClass.IsProgram(context) ? StatusCodes.Status403Forbidden : StatusCodes.Status404NotFound;
        }
    }

    private static Task ChallengeAsync(HttpContext context)
    {
        if (!RequestClass.IsProgram(context))
        {
            return context.ChallengeAsync(IdentityConstants.ApplicationScheme);
        }

        context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        context.Response.Headers.WWWAuthenticate = "Bearer";
        return Task.CompletedTask;
    }
}
