using Microsoft.AspNetCore.Authorization;

using PromptCanvas.Data.People;

namespace PromptCanvas.Web.Security;

/// <summary>What an endpoint may ask of whoever calls it. Without one of these it asks for somebody signed in.</summary>
internal static class Policies
{
    /// <summary>An administrator in person: no key opens it.</summary>
    public const string Administrator = "administrator";

    /// <summary>Anybody signed in; a key needs the scope <c>read</c>.</summary>
    public const string Read = "read";

    /// <summary>Whoever may make pictures; a key needs the scope <c>generate</c>.</summary>
    public const string Generate = "generate";

    /// <summary>Whoever may make pictures; a key needs the scope <c>edit</c> or <c>vary</c>.</summary>
    public const string Upload = "upload";

    public static void Configure(AuthorizationOptions options)
    {
        options.FallbackPolicy = options.DefaultPolicy;
        options.AddPolicy(Administrator, policy => policy.RequireRole(PersonRoles.Administrator)
            .RequireAssertion(context => context.User.FindFirst(StudioClaims.KeyId) is null));
        options.AddPolicy(Read, policy => policy.RequireAuthenticatedUser().RequireAssertion(context => HasScope(context, ApiScopes.Read)));
        options.AddPolicy(Generate, policy => policy.RequireRole(PersonRoles.Administrator, PersonRoles.Member)
            .RequireAssertion(context => HasScope(context, ApiScopes.Generate)));
        options.AddPolicy(Upload, policy => policy.RequireRole(PersonRoles.Administrator, PersonRoles.Member)
            .RequireAssertion(context => HasScope(context, ApiScopes.Edit) || HasScope(context, ApiScopes.Vary)));
    }

    // Somebody in person has all scopes; what they may do is a matter of their role.
    private static bool HasScope(AuthorizationHandlerContext context, string scope) =>
        context.User.FindFirst(StudioClaims.KeyId) is null || context.User.HasClaim(StudioClaims.Scope, scope);
}
