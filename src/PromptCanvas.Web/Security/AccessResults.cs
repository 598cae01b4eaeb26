using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.AspNetCore.Identity;

using PromptCanvas.Data.People;

namespace PromptCanvas.Web.Security;

/// <summary>What somebody is told who is not let through, and the note of it: strangers are asked who they are, people who may not know of a
/// page are told that there is none, and programs learn what their key lacks.</summary>
internal sealed class AccessResults(AuditLog audit) : IAuthorizationMiddlewareResultHandler
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
            await audit.WriteAsync(context.ToActor(), "access.refused", context.Request.Path, context.Request.Method, context.RequestAborted);
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
