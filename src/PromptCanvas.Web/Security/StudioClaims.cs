using System.Security.Claims;
using PromptCanvas.Data.Access;
using PromptCanvas.Data.People;

namespace PromptCanvas.Web.Security;

/// <summary>What the studio keeps in a principal, and how it reads it.</summary>
internal static class StudioClaims
{
    public const string Scope = "scope";
    public const string KeyId = "key-id";

    public static Guid? PersonId(this ClaimsPrincipal principal) =>
        Guid.TryParse(principal.FindFirstValue(ClaimTypes.NameIdentifier), out var id) ? id : null;

    /// <summary>The actor behind a request that authorisation has let through.</summary>
    public static Actor ToActor(this ClaimsPrincipal principal) =>
        principal.PersonId() is { } id && principal.FindFirstValue(ClaimTypes.Role) is { } role
            ? new Actor(id, role)
            : throw new InvalidOperationException("The request comes from nobody; its endpoint must ask for somebody signed in.");

    public static AuditActor ToActor(this HttpContext context) => new(
        context.User.PersonId(),
        context.User.Identity?.Name ?? "nobody",
        context.Connection.RemoteIpAddress?.ToString());
}
