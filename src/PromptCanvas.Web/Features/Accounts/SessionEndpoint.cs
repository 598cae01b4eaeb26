using PromptCanvas.Web.Security;

namespace PromptCanvas.Web.Features.Accounts;

/// <summary>Tells an open page whether its session is still valid. Pages ask every few seconds.</summary>
internal static class SessionEndpoint
{
    public static void MapSession(this IEndpointRouteBuilder app) => app.MapGet(PersonCookieEvents.SessionAddress, Answer).AllowAnonymous().ExcludeFromDescription();

    /// <param name="of">The person for whom the page was rendered.</param>
    private static Microsoft.AspNetCore.Http.HttpResults.Ok<bool> Answer(Guid? of, HttpContext context)
    {
        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Ok(of is not null && context.User.PersonId() == of);
    }
}
