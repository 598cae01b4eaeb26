using PromptCanvas.Generation.Library;
using PromptCanvas.Web.Results;
using PromptCanvas.Web.Security;

namespace PromptCanvas.Web.Features.Accounts;

/// <summary><c>GET /account/export</c>: a zip with the person's data.</summary>
internal static class ExportEndpoint
{
    public const string Address = "/account/export";

    public static void MapExport(this IEndpointRouteBuilder app) =>
        app.MapGet(Address, WriteAsync).RequireAuthorization().ExcludeFromDescription().WithMetadata(new UserContent());

    private static async Task<IResult> WriteAsync(IPersonExport export, HttpContext context)
    {
        context.Response.Headers.CacheControl = "private, no-store";
        context.Response.NameFile("promptcanvas-account.zip", download: true);
        context.Response.ContentType = "application/zip";
        await export.WriteAsync(context.User.ToActor(), context.Response.Body, context.RequestAborted);
        return TypedResults.Empty;
    }
}
