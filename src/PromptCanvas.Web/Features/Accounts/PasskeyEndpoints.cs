using System.Net.Mime;

using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Identity;

using PromptCanvas.Data.People;

namespace PromptCanvas.Web.Features.Accounts;

/// <summary>Options for creating and requesting passkeys in the browser; the page's script fetches them.</summary>
internal static class PasskeyEndpoints
{
    public static void MapPasskeys(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/account/passkeys/creation-options", CreationOptionsAsync).RequireAuthorization().ExcludeFromDescription();
        routes.MapPost("/sign-in/passkey-options", RequestOptionsAsync).AllowAnonymous().ExcludeFromDescription();
    }

    private static async Task<IResult> CreationOptionsAsync(HttpContext context, SignInManager<Person> signIn, IAntiforgery antiforgery)
    {
        if (!await antiforgery.IsRequestValidAsync(context) || await signIn.UserManager.GetUserAsync(context.User) is not { } person)
        {
            return TypedResults.BadRequest();
        }

        var entity = new PasskeyUserEntity { Id = person.Id.ToString(), Name = person.Email ?? "", DisplayName = person.DisplayName };
        return Json(await signIn.MakePasskeyCreationOptionsAsync(entity));
    }

    // The same for everyone, so that the response does not reveal whether an address has passkeys.
    private static async Task<IResult> RequestOptionsAsync(HttpContext context, SignInManager<Person> signIn, IAntiforgery antiforgery) =>
        await antiforgery.IsRequestValidAsync(context) ? Json(await signIn.MakePasskeyRequestOptionsAsync(null)) : TypedResults.BadRequest();

    private static Microsoft.AspNetCore.Http.HttpResults.ContentHttpResult Json(string options) => TypedResults.Content(options, MediaTypeNames.Application.Json);
}
