using System.Security.Claims;

using Microsoft.AspNetCore.Authorization;

using PromptCanvas.Data.Jobs;
using PromptCanvas.Data.People;
using PromptCanvas.Generation.Requests.Operations;

namespace PromptCanvas.Web.Security;

/// <summary>What an endpoint may ask of whoever calls it. Without one of these it asks for somebody signed in.</summary>
internal static class Policies
{
    /// <summary>An administrator in person: no key opens it.</summary>
    public const string Administrator = "administrator";

    /// <summary>Anybody signed in; a key needs the scope <c>read</c>.</summary>
    public const string Read = "read";

    /// <summary>Whoever may make pictures; a key needs one of the scopes <c>generate</c>, <c>edit</c> and <c>vary</c>. Which one, <see cref="MayMake"/> says.</summary>
    public const string Make = "make";

    /// <summary>Whoever may make pictures; a key needs the scope <c>generate</c>.</summary>
    public const string Generate = "generate";

    /// <summary>Whoever may make pictures; a key needs the scope <c>edit</c>.</summary>
    public const string Edit = "edit";

    /// <summary>Whoever may make pictures; a key needs the scope <c>vary</c>.</summary>
    public const string Vary = "vary";

    /// <summary>Whoever may make pictures; a key needs the scope <c>edit</c> or <c>vary</c>.</summary>
    public const string Upload = "upload";

    /// <summary>An administrator, in person or by a key with the scope <c>read</c>; and a program on this machine.</summary>
    public const string Metrics = "metrics";

    // What a proxy adds. One that is not listed hides who asks: its visitors must not pass for programs on this machine.
    private static readonly string[] ProxyHeaders = ["X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP", "Forwarded", "Via"];

    public static void Configure(AuthorizationOptions options)
    {
        options.FallbackPolicy = options.DefaultPolicy;
        options.AddPolicy(Administrator, policy => policy.RequireRole(PersonRoles.Administrator)
            .RequireAssertion(context => context.User.FindFirst(StudioClaims.KeyId) is null));
        options.AddPolicy(Read, policy => policy.RequireAuthenticatedUser().RequireAssertion(context => HasScope(context, ApiScopes.Read)));
        foreach (var (name, scope) in ((string, string)[])[(Generate, ApiScopes.Generate), (Edit, ApiScopes.Edit), (Vary, ApiScopes.Vary)])
        {
            options.AddPolicy(name, policy => policy.RequireRole(PersonRoles.Administrator, PersonRoles.Member)
                .RequireAssertion(context => HasScope(context, scope)));
        }

        options.AddPolicy(Make, policy => policy.RequireRole(PersonRoles.Administrator, PersonRoles.Member)
            .RequireAssertion(context => HasScope(context, ApiScopes.Generate) || HasScope(context, ApiScopes.Edit) || HasScope(context, ApiScopes.Vary)));
        options.AddPolicy(Metrics, policy => policy.RequireAssertion(MayReadMetrics));
        options.AddPolicy(Upload, policy => policy.RequireRole(PersonRoles.Administrator, PersonRoles.Member)
            .RequireAssertion(context => HasScope(context, ApiScopes.Edit) || HasScope(context, ApiScopes.Vary)));
    }

    /// <summary>Whether somebody who may make pictures may make them in this way.</summary>
    /// <param name="kind">One of <see cref="JobKinds"/>.</param>
    public static bool MayMake(this ClaimsPrincipal user, string kind) => HasScope(user, ScopeOf(kind));

    /// <summary>The scope that a key needs for a kind of job.</summary>
    public static string ScopeOf(string kind) => OperationDefinitions.Find(kind)?.Scope ?? ApiScopes.Generate;

    private static bool MayReadMetrics(AuthorizationHandlerContext context) =>
        (context.User.IsInRole(PersonRoles.Administrator) && HasScope(context, ApiScopes.Read)) || (context.Resource is HttpContext http && IsOfThisMachine(http));

    private static bool IsOfThisMachine(HttpContext context) =>
        context.Connection.RemoteIpAddress is { } address && System.Net.IPAddress.IsLoopback(address)
        && !Array.Exists(ProxyHeaders, context.Request.Headers.ContainsKey);

    // Somebody in person has all scopes; what they may do is a matter of their role.
    private static bool HasScope(AuthorizationHandlerContext context, string scope) => HasScope(context.User, scope);

    private static bool HasScope(ClaimsPrincipal user, string scope) =>
        user.FindFirst(StudioClaims.KeyId) is null || user.HasClaim(StudioClaims.Scope, scope);
}
