using System.Net.Mime;

using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Identity;

using PromptCanvas.Data.People;

namespace PromptCanvas.Web.Features.Accounts;

/// <summary>What the browser must be asked so that it makes or shows a passkey; the pages' script fetches it.</summary>
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

    // For everybody the same: which passkeys there are for an address is nobody's business.
    private static async Task<IResult> RequestOptionsAsync(HttpContext context, SignInManager<Person> signIn, IAntiforgery antiforgery) =>
        await antiforgery.IsRequestValidAsync(context) ? Json(await signIn.MakePasskeyRequestOptionsAsync(null)) : TypedResults.BadRequest();

    private static Microsoft.AspNetCore.Http.HttpResults.ContentHttpResult Json(string options) => TypedResults.Content(options, MediaTypeNames.Application.Json);
}
