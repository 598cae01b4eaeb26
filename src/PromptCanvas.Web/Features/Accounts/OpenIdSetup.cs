using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace PromptCanvas.Web.Features.Accounts;

/// <summary>OpenID Connect by authorization code flow with PKCE. The response mode is query, so that our cookies can stay SameSite=Lax.</summary>
internal sealed class OpenIdSetup(IOptions<OpenIdOptions> settings) : IConfigureNamedOptions<OpenIdConnectOptions>
{
    public const string SchemeName = "OpenIdConnect";
    public const string FailedAddress = "/sign-in?external=failed";

    public void Configure(OpenIdConnectOptions options) => Configure(SchemeName, options);

    public void Configure(string? name, OpenIdConnectOptions options)
    {
        if (name != SchemeName)
        {
            return;
        }

        var openId = settings.Value;
        options.Authority = openId.Authority;
        options.RequireHttpsMetadata = openId.Authority?.StartsWith("https:", StringComparison.OrdinalIgnoreCase) is true;
        options.ClientId = openId.ClientId;
        options.ClientSecret = openId.ClientSecretFile is { Length: > 0 } file ? File.ReadAllText(file).Trim() : openId.ClientSecret;
        options.ResponseType = OpenIdConnectResponseType.Code;
        options.ResponseMode = OpenIdConnectResponseMode.Query;
        options.SignInScheme = IdentityConstants.ExternalScheme;
        options.MapInboundClaims = false;
        options.GetClaimsFromUserInfoEndpoint = false;
        options.Scope.Clear();
        foreach (var scope in openId.Scopes.Split(' ', StringSplitOptions.RemoveEmptyEntries).Prepend("openid").Distinct())
        {
            options.Scope.Add(scope);
        }

        // Over plain HTTP (in a local network) browsers drop Secure cookies.
        foreach (var cookie in (CookieBuilder[])[options.CorrelationCookie, options.NonceCookie])
        {
            cookie.SameSite = SameSiteMode.Lax;
            cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        }

        options.Events.OnRemoteFailure = failure =>
        {
            failure.HttpContext.RequestServices.GetRequiredService<ILogger<OpenIdSetup>>().LogWarning(failure.Failure, "Signing in with the OpenID provider failed");
            failure.Response.Redirect(failure.Request.PathBase + FailedAddress);
            failure.HandleResponse();
            return Task.CompletedTask;
        };
    }
}
