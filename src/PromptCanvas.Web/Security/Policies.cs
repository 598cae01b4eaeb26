using System.Security.Claims;

using Microsoft.AspNetCore.Authorization;

using PromptCanvas.Data.Jobs;
using PromptCanvas.Data.People;
using PromptCanvas.Generation.Requests.Operations;

namespace PromptCanvas.Web.Security;

/// <summary>Authorization policies of endpoints. The fallback policy requires an authenticated user.</summary>
internal static class Policies
{
    /// <summary>An administrator with a session; API keys are refused.</summary>
    public const string Administrator = "administrator";

    /// <summary>An API key; sessions are refused. The key's scopes determine its permissions.</summary>
    public const string Key = "key";

    /// <summary>Any authenticated user; a key needs the scope <c>read</c>.</summary>
    public const string Read = "read";

    /// <summary>Members and administrators; a key needs one of the scopes <c>generate</c>, <c>edit</c> and <c>vary</c>. <see cref="MayMake"/> decides which one.</summary>
    public const string Make = "make";

    /// <summary>Members and administrators; a key needs the scope <c>generate</c>.</summary>
    public const string Generate = "generate";

    /// <summary>Members and administrators; a key needs the scope <c>edit</c>.</summary>
    public const string Edit = "edit";

    /// <summary>Members and administrators; a key needs the scope <c>vary</c>.</summary>
    public const string Vary = "vary";

    /// <summary>Members and administrators; a key needs the scope <c>edit</c> or <c>vary</c>.</summary>
    public const string Upload = "upload";

    /// <summary>An administrator, by session or by a key with the scope <c>read</c>; also programs that <see cref="MetricsAccess"/> allows.</summary>
    public const string Metrics = "metrics";

    /// <summary>An administrator, by session or by a key with the scope <c>read</c>.</summary>
    public const string AdministratorRead = "administrator-read";

    /// <summary>An administrator, by session or by a key with the scope <c>generate</c>.</summary>
    public const string AdministratorMake = "administrator-make";

    public static void Configure(AuthorizationOptions options)
    {
        options.FallbackPolicy = options.DefaultPolicy;
        options.AddPolicy(Administrator, policy => policy.RequireRole(PersonRoles.Administrator)
            .RequireAssertion(context => context.User.FindFirst(StudioClaims.KeyId) is null));
        options.AddPolicy(Key, policy => policy.RequireAuthenticatedUser().RequireClaim(StudioClaims.KeyId));
        options.AddPolicy(Read, policy => policy.RequireAuthenticatedUser().RequireAssertion(context => HasScope(context, ApiScopes.Read)));
        foreach (var (name, scope) in ((string, string)[])[(Generate, ApiScopes.Generate), (Edit, ApiScopes.Edit), (Vary, ApiScopes.Vary)])
        {
            options.AddPolicy(name, policy => policy.RequireRole(PersonRoles.Administrator, PersonRoles.Member)
                .RequireAssertion(context => HasScope(context, scope)));
        }

        options.AddPolicy(Make, policy => policy.RequireRole(PersonRoles.Administrator, PersonRoles.Member)
            .RequireAssertion(context => HasScope(context, ApiScopes.Generate) || HasScope(context, ApiScopes.Edit) || HasScope(context, ApiScopes.Vary)));
        options.AddPolicy(AdministratorRead, policy => policy.RequireRole(PersonRoles.Administrator).RequireAssertion(context => HasScope(context, ApiScopes.Read)));
        options.AddPolicy(AdministratorMake, policy => policy.RequireRole(PersonRoles.Administrator).RequireAssertion(context => HasScope(context, ApiScopes.Generate)));
        options.AddPolicy(Metrics, policy => policy.RequireAssertion(MayReadMetrics));
        options.AddPolicy(Upload, policy => policy.RequireRole(PersonRoles.Administrator, PersonRoles.Member)
            .RequireAssertion(context => HasScope(context, ApiScopes.Edit) || HasScope(context, ApiScopes.Vary)));
    }

    /// <summary>Whether the user's key, if any, has the scope for a kind of job.</summary>
    /// <param name="kind">One of <see cref="JobKinds"/>.</param>
    public static bool MayMake(this ClaimsPrincipal user, string kind) => HasScope(user, ScopeOf(kind));

    /// <summary>The scope that a key needs for a kind of job.</summary>
    public static string ScopeOf(string kind) => OperationDefinitions.Find(kind)?.Scope ?? ApiScopes.Generate;

    private static bool MayReadMetrics(AuthorizationHandlerContext context) =>
        (context.User.IsInRole(PersonRoles.Administrator) && HasScope(context, ApiScopes.Read))
        || (context.Resource is HttpContext http && http.RequestServices.GetRequiredService<MetricsAccess>().Allows(http));

    // A session has all scopes; the role limits what the user may do.
    private static bool HasScope(AuthorizationHandlerContext context, string scope) => HasScope(context.User, scope);

    private static bool HasScope(ClaimsPrincipal user, string scope) =>
        user.FindFirst(StudioClaims.KeyId) is null || user.HasClaim(StudioClaims.Scope, scope);
}
