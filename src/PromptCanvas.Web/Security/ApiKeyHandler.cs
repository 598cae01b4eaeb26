using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using PromptCanvas.Data.Identity;

namespace PromptCanvas.Web.Security;

/// <summary>Authenticates API clients by <c>Authorization: Bearer pc_…</c> only. Keys in URLs are not accepted because URLs end up in logs.</summary>
internal sealed class ApiKeyHandler(
    ApiKeys keys, PersonStates states, IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string SchemeName = "ApiKey";

    private const string Bearer = "Bearer ";

    private static readonly string[] Prefixes = ["pc_", "sk-"];

    public static bool IsUsedBy(HttpRequest request) => request.Headers.Authorization.ToString().StartsWith(Bearer, StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether a program sends an API key, ours or OpenAI's. Proxies that sign people in send bearer tokens of another form.</summary>
    public static bool IsGivenTo(HttpRequest request) =>
        IsUsedBy(request) && Array.Exists(Prefixes, prefix => request.Headers.Authorization.ToString().AsSpan(Bearer.Length).TrimStart().StartsWith(prefix, StringComparison.Ordinal));

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (!IsUsedBy(Request))
        {
            return AuthenticateResult.NoResult();
        }

        var key = await keys.FindAsync(Request.Headers.Authorization.ToString()[Bearer.Length..].Trim(), Context.RequestAborted);
        var owner = key is null ? null : await states.FindAsync(key.PersonId, Context.RequestAborted);
        if (key is null || owner is null || owner.IsSuspended)
        {
            return AuthenticateResult.Fail("The API key is unknown, revoked or expired, or its owner is suspended.");
        }

        Claim[] claims =
        [
            new(ClaimTypes.NameIdentifier, key.PersonId.ToString()),
            new(ClaimTypes.Name, $"key {key.Prefix}…"),
            new(ClaimTypes.Role, owner.Role),
            new(StudioClaims.KeyId, key.Id.ToString()),
            .. key.Scopes.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(scope => new Claim(StudioClaims.Scope, scope)),
        ];
        return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(new ClaimsIdentity(claims, SchemeName)), SchemeName));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.StatusCode = StatusCodes.Status401Unauthorized;
        Response.Headers.WWWAuthenticate = "Bearer";
        return Task.CompletedTask;
    }
}
