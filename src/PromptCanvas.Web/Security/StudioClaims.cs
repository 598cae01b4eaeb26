using System.Security.Claims;
using PromptCanvas.Data.Access;
using PromptCanvas.Data.Identity;

namespace PromptCanvas.Web.Security;

/// <summary>The claims that the application stores in a principal, and how it reads them.</summary>
internal static class StudioClaims
{
    public const string Scope = "scope";
    public const string KeyId = "key-id";

    public static Guid? PersonId(this ClaimsPrincipal principal) =>
        Guid.TryParse(principal.FindFirstValue(ClaimTypes.NameIdentifier), out var id) ? id : null;

    /// <summary>The actor of an authorized request.</summary>
    public static Actor ToActor(this ClaimsPrincipal principal) =>
        principal.PersonId() is { } id && principal.FindFirstValue(ClaimTypes.Role) is { } role
            ? new Actor(id, role)
            : throw new InvalidOperationException("The request is anonymous; its endpoint must require an authenticated user.");

    public static AuditActor ToActor(this HttpContext context) => new(
        context.User.PersonId(),
        context.User.Identity?.Name ?? "nobody",
        context.Connection.RemoteIpAddress?.ToString());
}
