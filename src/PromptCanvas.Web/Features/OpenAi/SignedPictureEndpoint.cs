using PromptCanvas.Data.Access;
using PromptCanvas.Data.People;
using PromptCanvas.Generation.Library;
using PromptCanvas.Imaging;
using PromptCanvas.Web.Security;

namespace PromptCanvas.Web.Features.OpenAi;

/// <summary><c>GET /v1/images/content/{token}</c>: the picture behind a signed URL.</summary>
internal static class SignedPictureEndpoint
{
    public const string Path = "/images/content/";

    public static void MapSignedPictures(this IEndpointRouteBuilder v1) =>
        v1.MapGet(Path + "{token}", GiveAsync).AllowAnonymous().WithMetadata(new UserContent());

    private static async Task<IResult> GiveAsync(
        string token, SignedPictures signed, IPictureQueries pictures, PictureBytes bytes, TimeProvider clock, HttpContext context, CancellationToken cancellationToken)
    {
        if (signed.Read(token) is not { } address)
        {
            throw new OpenAiException(new OpenAiFault(StatusCodes.Status404NotFound, "There is no picture at this address."));
        }

        if (address.ExpiresAt <= clock.GetUtcNow())
        {
            throw new OpenAiException(new OpenAiFault(StatusCodes.Status410Gone, "This address has expired; the picture is in the gallery of the key's owner."));
        }

        // The person's current access applies: deleted or taken-down pictures are not served.
        if (await pictures.FindPictureAsync(new Actor(address.PersonId, PersonRoles.Viewer), address.ImageId, cancellationToken) is null
            || await bytes.ReadAsync(address.ImageId, address.Format, address.Quality, cancellationToken) is not { } picture)
        {
            throw new OpenAiException(new OpenAiFault(StatusCodes.Status404NotFound, "There is no picture at this address."));
        }

        context.Response.Headers.CacheControl = "private, max-age=300";
        context.Response.Headers["Cross-Origin-Resource-Policy"] = "cross-origin";
        return TypedResults.Bytes(picture, PictureConverter.ContentTypeOf(address.Format));
    }
}
