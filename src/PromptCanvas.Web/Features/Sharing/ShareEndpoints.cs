using PromptCanvas.Data.Sharing;
using PromptCanvas.Generation.Storage;
using PromptCanvas.Web.Components;
using PromptCanvas.Web.Results;
using PromptCanvas.Web.Security;
using PromptCanvas.Web.Resources;

namespace PromptCanvas.Web.Features.Sharing;

/// <summary>Data and picture bytes of a share link. 401 without the link's password, 404 without a valid link.</summary>
internal static class ShareEndpoints
{
    public static void AddSharing(this IServiceCollection services)
    {
        services.AddSingleton<LinkLimits>();
        services.AddSingleton<LinkView>();
        services.AddScoped<ShareLinkAccess>();
        services.AddScoped<ShareLinks>();
    }

    public static void MapSharing(this IEndpointRouteBuilder app)
    {
        var links = app.MapGroup("/s/{token}").AllowAnonymous().ExcludeFromDescription();
        links.MapGet("/data", DataAsync).WithMetadata(new UserContent());
        links.MapGet("/images/{id:guid}/content", ContentAsync).WithMetadata(new UserContent());
        links.MapGet("/images/{id:guid}/thumbnail", ThumbnailAsync).WithMetadata(new UserContent());
    }

    private static Task<IResult> DataAsync(string token, ShareLinkAccess access, LinkView view, HttpContext context, CancellationToken cancellationToken) =>
        OpenAsync(token, access, context, async link => await view.ReadAsync(link, cancellationToken) is { } shared
            ? TypedResults.Json(new
            {
                shared.Board,
                shared.By,
                link.ExpiresAt,
                Images = shared.Pictures.Select(picture => new
                {
                    picture.Id,
                    picture.Prompt,
                    picture.Width,
                    picture.Height,
                    ContentUrl = link.AllowsDownload ? PictureAddress.SharedContent(token, picture.Id).ForPrograms(context.Request.PathBase) : null,
                    ThumbnailUrl = PictureAddress.SharedThumbnail(token, picture.Id).ForPrograms(context.Request.PathBase),
                }),
            })
            : TypedResults.NotFound());

    private static Task<IResult> ContentAsync(
        string token, Guid id, bool? download, ShareLinkAccess access, LinkView view, IPictureStore store, HttpContext context, CancellationToken cancellationToken) =>
        OpenAsync(token, access, context, async link =>
        {
            // The file contains the prompt, too.
            if (!link.AllowsDownload || !await view.ShowsAsync(link, id, cancellationToken)
                || await (link.ShowsPrompt ? store.OpenContentAsync(id, cancellationToken) : store.OpenPlainAsync(id, cancellationToken)) is not { } content)
            {
                return TypedResults.NotFound();
            }

            context.Response.NameFile($"{id:N}.png", download is true);
            return TypedResults.Stream(content.Stream, content.ContentType);
        });

    private static Task<IResult> ThumbnailAsync(
        string token, Guid id, ShareLinkAccess access, LinkView view, IPictureStore store, HttpContext context, CancellationToken cancellationToken) =>
        OpenAsync(token, access, context, async link => await view.ShowsAsync(link, id, cancellationToken) && await store.OpenThumbnailAsync(id, cancellationToken) is { } content
            ? TypedResults.Stream(content.Stream, content.ContentType)
            : TypedResults.NotFound());

    private static async Task<IResult> OpenAsync(string token, ShareLinkAccess access, HttpContext context, Func<ShareLink, Task<IResult>> give)
    {
        // A link can end at any moment, so responses must not be cached or indexed.
        context.Response.Headers.CacheControl = "private, no-store";
        context.Response.Headers["X-Robots-Tag"] = "noindex";
        return await access.FindAsync(token, context.RequestAborted) is not { } link ? TypedResults.NotFound()
            : !access.IsOpen(link, context) ? TypedResults.Text(MessageTexts.Say("This link requires a password; open its page first."), statusCode: StatusCodes.Status401Unauthorized)
            : await give(link);
    }
}
