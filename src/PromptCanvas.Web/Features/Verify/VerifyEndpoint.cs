using System.Security.Claims;
using PromptCanvas.Generation.Storage;
using PromptCanvas.Provenance.Reading;
using PromptCanvas.Web.Results;
using PromptCanvas.Web.Security;

namespace PromptCanvas.Web.Features.Verify;

/// <summary><c>POST /api/verify</c>, and the certificate that others need to know the studio's pictures.</summary>
internal static class VerifyEndpoint
{
    public const string CertificatePath = "/verify/certificate";

    public static void AddVerify(this IServiceCollection services) => services.AddSingleton<PictureVerification>();

    public static void MapVerify(this IEndpointRouteBuilder api)
    {
        api.MapPost("/verify", VerifyAsync).RequireAuthorization(Policies.Read).DisableAntiforgery().Accepts<Stream>("image/png", "image/jpeg", "image/webp")
            .WithMetadata(new Microsoft.AspNetCore.Mvc.RequestSizeLimitAttribute(PictureVerification.MostBytes))
            .Produces<VerifyBody>().ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status413PayloadTooLarge)
            .WithSummary("The signed provenance (C2PA) of a picture, sent as the body, and whether it was changed since. Nothing is kept. Scope: read.");
        api.MapGet(CertificatePath, CertificateAsync).RequireAuthorization(Policies.Read)
            .Produces(StatusCodes.Status200OK, contentType: "application/x-pem-file").ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("The certificate that signs the studio's pictures, then its issuers, as PEM. Scope: read.");
    }

    private static async Task<IResult> VerifyAsync(HttpRequest request, ClaimsPrincipal user, PictureVerification verification, CancellationToken cancellationToken) =>
        (await verification.VerifyAsync(user.ToActor(), request.Body, cancellationToken)).TryGet(out var verified, out var refusal)
            ? TypedResults.Ok(new VerifyBody(verified.Manifest?.IsIntact, verified.IsOurs, verified.ImageId, verified.Manifest))
            : refusal.ToProblem();

    private static async Task<IResult> CertificateAsync(ISigningKeys keys, HttpContext context, CancellationToken cancellationToken)
    {
        if (await keys.CertificatesAsync(cancellationToken) is not { } certificates)
        {
            return new NotFound("The studio does not sign its pictures.").ToProblem();
        }

        context.Response.Headers.CacheControl = "private, no-cache";
        return TypedResults.Text(certificates, "application/x-pem-file");
    }
}

/// <summary>The response of <c>POST /api/verify</c>.</summary>
/// <param name="Intact">Whether file and manifest are as they were signed; null if the file is not signed or cannot be checked completely.</param>
/// <param name="Ours">Whether this installation signed it.</param>
/// <param name="ImageId">The picture of the studio whose file this is, if you may see it.</param>
/// <param name="Manifest">Null if the file is not signed.</param>
internal sealed record VerifyBody(bool? Intact, bool Ours, Guid? ImageId, ManifestReport? Manifest);
