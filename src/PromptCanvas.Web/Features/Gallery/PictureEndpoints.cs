using System.Security.Claims;
using Microsoft.Net.Http.Headers;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Generation.Library;
using PromptCanvas.Generation.Storage;
using PromptCanvas.Web.Components;
using PromptCanvas.Web.Components.Gallery;
using PromptCanvas.Web.Results;
using PromptCanvas.Web.Security;
using FileStreamHttpResult = Microsoft.AspNetCore.Http.HttpResults.FileStreamHttpResult;

namespace PromptCanvas.Web.Features.Gallery;

/// <summary>Finished pictures and their bytes.</summary>
internal static class PictureEndpoints
{
    public static void MapPictures(this IEndpointRouteBuilder api)
    {
        api.MapGet("/images/{id:guid}", FindAsync).RequireAuthorization(Policies.Read)
            .Produces<ImageBody>().ProducesProblem(StatusCodes.Status404NotFound).WithSummary("A picture of yours or of the team's. Scope: read.");
        api.MapGet("/images/{id:guid}/content", ContentAsync).RequireAuthorization(Policies.Read)
            .Produces(StatusCodes.Status200OK, contentType: "image/png").WithSummary("Its bytes. Scope: read.").WithMetadata(new UserContent());
        api.MapGet("/images/{id:guid}/thumbnail", ThumbnailAsync).RequireAuthorization(Policies.Read)
            .Produces(StatusCodes.Status200OK, contentType: "image/webp").WithSummary("A thumbnail of at most 512 pixels per side. Scope: read.").WithMetadata(new UserContent());
        api.MapGet("/bundles/{id:guid}/content", BundleAsync).RequireAuthorization(Policies.Read)
            .Produces(StatusCodes.Status200OK, contentType: "application/zip").ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("A zip of the pictures that you selected in the gallery; available for one hour. Pictures that you may no longer see are left out. Scope: read.").WithMetadata(new UserContent());
    }

    private static async Task<IResult> BundleAsync(Guid id, IBundles bundles, HttpContext context)
    {
        context.Response.Headers.CacheControl = "private, no-store";
        using var download = bundles.Open(context.User.ToActor(), id);
        if (download is null)
        {
            return new NotFound("The bundle does not exist, or you have too many downloads in progress; select the pictures again.").ToProblem();
        }

        context.Response.NameFile("pictures.zip", download: true);
        context.Response.ContentType = "application/zip";
        await download.WriteAsync(context.Response.Body, context.RequestAborted);
        return TypedResults.Empty;
    }

    private static async Task<IResult> FindAsync(Guid id, ClaimsPrincipal user, HttpRequest request, IPictureQueries pictures, CancellationToken cancellationToken) =>
        await pictures.FindWithSettingsAsync(user.ToActor(), id, cancellationToken) is { } picture
            ? TypedResults.Ok(ImageBody.Of(picture, request.PathBase))
            : Missing();

    private static async Task<IResult> ContentAsync(
        Guid id, bool? download, IPictureQueries pictures, IPictureStore store, HttpContext context, CancellationToken cancellationToken)
    {
        var actor = context.User.ToActor();
        if ((await pictures.FindPictureAsync(actor, id, cancellationToken) ?? await pictures.FindDraftAsync(actor, id, cancellationToken)) is not { } picture
            || await store.OpenContentAsync(id, cancellationToken) is not { } content)
        {
            return Missing();
        }

        return Give(content, PictureFile.NameOf(picture, content.ContentType), download is true, context);
    }

    private static async Task<IResult> ThumbnailAsync(
        Guid id, IPictureStore store, HttpContext context, CancellationToken cancellationToken) =>
        await store.OpenThumbnailAsync(context.User.ToActor(), id, cancellationToken) is { } content
            ? Give(content, $"{id}.webp", download: false, context)
            : Missing();

    private static IResult Missing() => new NotFound("There is no picture with this id.").ToProblem();

    private static FileStreamHttpResult Give(StoredContent content, string fileName, bool download, HttpContext context)
    {
        // Cache in the browser only and revalidate on every request, because the access to a picture can change.
        context.Response.Headers.CacheControl = "private, no-cache";
        context.Response.NameFile(fileName, download);
        return TypedResults.Stream(content.Stream, content.ContentType, entityTag: EntityTagHeaderValue.Parse(content.ETag), enableRangeProcessing: content.Stream.CanSeek);
    }
}

/// <summary>A finished picture in API responses.</summary>
/// <param name="Parents">The pictures it was made from, limited to those you may see.</param>
internal sealed record ImageBody(
    Guid Id, Guid JobId, int Index, string Kind, IReadOnlyList<Guid> Parents, string Prompt, uint Seed, string Model, int Width, int Height, DateTimeOffset CreatedAt, string ContentUrl, string ThumbnailUrl)
{
    public string? NegativePrompt { get; init; }

    /// <summary>Steps of the decoder.</summary>
    public int? Steps { get; init; }

    /// <summary>Guidance of the decoder.</summary>
    public double? Guidance { get; init; }

    /// <summary>Everything else that reproduces the picture; null for a picture of an older version.</summary>
    public EffectiveRecipe? Recipe { get; init; }

    public static ImageBody Of(PictureView picture, PathString pathBase) => new(
        picture.Id,
        picture.JobId,
        picture.Index,
        picture.Kind,
        picture.Parents,
        picture.Prompt,
        picture.Seed,
        picture.Model,
        picture.Width,
        picture.Height,
        picture.CreatedAt,
        PictureAddress.Content(picture.Id).ForPrograms(pathBase),
        PictureAddress.Thumbnail(picture.Id).ForPrograms(pathBase))
    {
        NegativePrompt = picture.NegativePrompt,
        Steps = picture.Recipe?.DecoderSteps,
        Guidance = picture.Recipe?.DecoderGuidance,
        Recipe = picture.Recipe,
    };
}
