using System.Security.Claims;

using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.StaticAssets;
using Microsoft.Extensions.Options;
using PromptCanvas.Web.Resources;
using PromptCanvas.Web.Results;

namespace PromptCanvas.Web.Security;

/// <summary>Validates every request's cookie against the person's current state: a suspension or a new password ends the session, a role change applies at once.</summary>
internal sealed class PersonCookieEvents(PersonStates states, SessionProof proof, SessionLog log, StoreFaults stores, IOptions<IdentityOptions> options) : CookieAuthenticationEvents
{
    /// <summary>The endpoint through which open pages check their session.</summary>
    public const string SessionAddress = "/account/session";

    public override async Task ValidatePrincipal(CookieValidatePrincipalContext context)
    {
        try
        {
            await ValidateAsync(context);
        }
        catch (Exception fault) when (IsOfTheErrorPage(context.HttpContext) && stores.RefusalOf(fault) is not null)
        {
            // The page that says that the database is unavailable, and its styles and scripts, are for everybody. The session goes on.
            context.RejectPrincipal();
        }
    }

    /// <summary>A check of the session does not prolong it.</summary>
    public override Task CheckSlidingExpiration(CookieSlidingExpirationContext context)
    {
        context.ShouldRenew &= !context.Request.Path.Equals(SessionAddress, StringComparison.OrdinalIgnoreCase);
        return Task.CompletedTask;
    }

    /// <summary>The sign-in pages redirect by themselves, through <see cref="LocalAddress"/>; the framework would use the unvalidated address.</summary>
    public override Task RedirectToReturnUrl(RedirectContext<CookieAuthenticationOptions> context) => Task.CompletedTask;

    /// <summary>The cookie identifies the person but carries neither role nor language; both are read on every request.</summary>
    public override async Task SigningIn(CookieSigningInContext context)
    {
        var identity = (ClaimsIdentity)context.Principal!.Identity!;
        foreach (var claim in identity.FindAll(claim => claim.Type is ClaimTypes.Role or Languages.Claim).ToArray())
        {
            identity.RemoveClaim(claim);
        }

        proof.Begin(context.Properties);
        await log.BeginAsync(context.HttpContext, context.Principal!, context.Properties);
    }

    private static bool IsOfTheErrorPage(HttpContext context) =>
        context.Features.Get<IExceptionHandlerFeature>() is not null || context.GetEndpoint()?.Metadata.GetMetadata<StaticAssetDescriptor>() is not null;

    private async Task ValidateAsync(CookieValidatePrincipalContext context)
    {
        var stamp = context.Principal?.FindFirstValue(options.Value.ClaimsIdentity.SecurityStampClaimType);
        var state = context.Principal?.PersonId() is { } id ? await states.FindAsync(id, context.HttpContext.RequestAborted) : null;
        var session = SessionLog.IdOf(context.Properties);
        if (state is null || state.IsSuspended || state.SecurityStamp != stamp || (session is { } sessionId && state.EndedSessions.Contains(sessionId)))
        {
            context.RejectPrincipal();
            await context.HttpContext.SignOutAsync(IdentityConstants.ApplicationScheme);
            return;
        }

        var identity = (ClaimsIdentity)context.Principal!.Identity!;
        identity.AddClaim(new Claim(ClaimTypes.Role, state.Role));
        if (state.Language is { } language)
        {
            identity.AddClaim(new Claim(Languages.Claim, language));
        }

        await log.SeenAsync(session, context.HttpContext.RequestAborted);
    }
}
