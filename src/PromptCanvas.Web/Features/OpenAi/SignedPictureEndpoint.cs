using PromptCanvas.Generation.Library;
using PromptCanvas.Generation.Storage;
using PromptCanvas.Web.Security;

namespace PromptCanvas.Web.Features.OpenAi;

/// <summary><c>GET /v1/images/content/{token}</c>: the picture behind a signed URL.</summary>
internal static class SignedPictureEndpoint
{
    public const string Path = "/images/content/";

    public static void MapSignedPictures(this IEndpointRouteBuilder v1) =>
        v1.MapGet(Path + "{token}", GiveAsync).AllowAnonymous().WithMetadata(new UserContent());

    private static async Task<IResult> GiveAsync(
        string token, SignedPictures signed, IPictureQueries pictures, IPictureStore store, TimeProvider clock, HttpContext context, CancellationToken cancellationToken)
    {
        if (signed.Read(token) is not { } address)
        {
            throw Missing();
        }

        if (address.ExpiresAt <= clock.GetUtcNow())
        {
            throw new OpenAiException(new OpenAiFault(StatusCodes.Status410Gone, "This address has expired; the picture is in the gallery of the key's owner."));
        }

        // The person's current access applies: pictures that are deleted or taken down, or of suspended people, are not served.
        if (!await pictures.IsOpenAsync(address.PersonId, address.ImageId, cancellationToken)
            || await store.OpenAsync(address.ImageId, address.Format, address.Quality, address.Fit, cancellationToken) is not { } picture)
        {
            throw Missing();
        }

        context.Response.Headers.CacheControl = "private, max-age=300";
        context.Response.Headers["Cross-Origin-Resource-Policy"] = "cross-origin";
        return TypedResults.Stream(picture.Stream, picture.ContentType);
    }

    private static OpenAiException Missing() => new(new OpenAiFault(StatusCodes.Status404NotFound, "There is no picture at this address."));
}
