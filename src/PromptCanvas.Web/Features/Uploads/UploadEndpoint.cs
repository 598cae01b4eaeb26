using System.Security.Claims;
using Microsoft.Net.Http.Headers;
using PromptCanvas.Generation.Library;
using PromptCanvas.Web.Results;
using PromptCanvas.Web.Security;

namespace PromptCanvas.Web.Features.Uploads;

/// <summary><c>POST /api/uploads</c>: uploads pictures and masks for jobs.</summary>
internal static class UploadEndpoint
{
    // The picture plus the overhead of the form.
    private const long LargestRequest = 21 * 1024 * 1024;

    public static void MapUploads(this IEndpointRouteBuilder api)
    {
        // The route group checks antiforgery tokens; requests with a key need none.
        api.MapPost("/uploads", AddAsync).RequireAuthorization(Policies.Upload).DisableAntiforgery().Accepts<IFormFile>("multipart/form-data")
            .WithMetadata(new Microsoft.AspNetCore.Mvc.RequestSizeLimitAttribute(LargestRequest))
            .Produces<UploadView>(StatusCodes.Status201Created).ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status413PayloadTooLarge).ProducesProblem(StatusCodes.Status429TooManyRequests)
            .WithSummary("Uploads a picture or mask for a job. It is private and is deleted after 24 hours unless a job uses it. Scope: edit or vary.");
        api.MapGet("/uploads/{id:guid}/content", ContentAsync).RequireAuthorization(Policies.Read)
            .Produces(StatusCodes.Status200OK, contentType: "image/png").ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("The pixels of a picture that you uploaded. Scope: read.").WithMetadata(new UserContent());
    }

    private static async Task<IResult> AddAsync(HttpRequest request, ClaimsPrincipal user, IUploads uploads, CancellationToken cancellationToken)
    {
        try
        {
            if (await UploadForm.FileOfAsync(request, cancellationToken) is not { } content)
            {
                return Missing().ToProblem();
            }

            return (await uploads.AddAsync(user.ToActor(), content, cancellationToken)).TryGet(out var upload, out var refusal)
                ? TypedResults.Created((string?)null, upload)
                : refusal.ToProblem();
        }
        catch (InvalidDataException)
        {
            return Missing().ToProblem();
        }
    }

    private static InvalidInput Missing() => new(UploadForm.File, $"Send the picture as the field \"{UploadForm.File}\" of a multipart form.");

    private static async Task<IResult> ContentAsync(Guid id, HttpContext context, IUploadQueries uploads, CancellationToken cancellationToken)
    {
        if (await uploads.OpenAsync(context.User.ToActor(), id, cancellationToken) is not { } content)
        {
            return new NotFound("There is no upload with this id; uploads are deleted after 24 hours unless a job uses them.").ToProblem();
        }

        context.Response.Headers.CacheControl = "private, no-cache";
        return TypedResults.Stream(content.Stream, content.ContentType, entityTag: EntityTagHeaderValue.Parse(content.ETag));
    }
}
