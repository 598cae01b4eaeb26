using PromptCanvas.Web.Security;

namespace PromptCanvas.Web.Features.Accounts;

/// <summary>Tells an open page whether the session that it was made for goes on. Pages ask every few seconds.</summary>
internal static class SessionEndpoint
{
    public static void MapSession(this IEndpointRouteBuilder app) => app.MapGet(PersonCookieEvents.SessionAddress, Answer).AllowAnonymous().ExcludeFromDescription();

    /// <param name="of">The person that the page was made for.</param>
    private static IResult Answer(Guid? of, HttpContext context)
    {
        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Ok(of is not null && context.User.PersonId() == of);
    }
}
