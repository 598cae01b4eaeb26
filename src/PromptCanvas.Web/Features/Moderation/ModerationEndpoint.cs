using System.Security.Claims;

using PromptCanvas.Generation.Storage;
using PromptCanvas.Web.Security;

namespace PromptCanvas.Web.Features.Moderation;

/// <summary><c>GET /admin/pictures/{id}/content</c>: a picture's bytes, for administrators with break-glass access.</summary>
internal static class ModerationEndpoint
{
    public static void AddModeration(this IServiceCollection services) => services.AddSingleton<Moderation>();

    public static void MapModeration(this IEndpointRouteBuilder app) => app.MapGet("/admin/pictures/{id:guid}/content", ContentAsync)
        .RequireAuthorization(Policies.Administrator).ExcludeFromDescription().WithMetadata(new UserContent());

    private static async Task<IResult> ContentAsync(
        Guid id, ClaimsPrincipal user, Moderation moderation, IPictureStore store, HttpContext context, CancellationToken cancellationToken)
    {
        // Not cacheable, because the access expires after a few minutes.
        context.Response.Headers.CacheControl = "private, no-store";
        return await moderation.IsOpenAsync(user.ToActor(), id, cancellationToken) && await store.OpenContentAsync(id, cancellationToken) is { } content
            ? TypedResults.Stream(content.Stream, content.ContentType)
            : TypedResults.NotFound();
    }
}
