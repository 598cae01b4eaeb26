using PromptCanvas.Data.Identity;

namespace PromptCanvas.Web.Features.Accounts;

/// <summary><c>POST /unsubscribe/now?token=…</c> ends a person's digests. Mail programs send it on their own (RFC 8058), without a session and
/// without an antiforgery token; the signed token in the address is the permission. A GET changes nothing, because programs follow links to check them.</summary>
internal static class UnsubscribeEndpoint
{
    public static void MapUnsubscribe(this IEndpointRouteBuilder app)
    {
        app.MapPost(DigestLinks.OneClickPath, StopAsync).AllowAnonymous().ExcludeFromDescription();
        app.MapGet(DigestLinks.OneClickPath, (string? token) => TypedResults.LocalRedirect(PageOf(token))).AllowAnonymous().ExcludeFromDescription();
    }

    private static async Task<IResult> StopAsync(string? token, DigestLinks links, Digests digests, HttpContext context)
    {
        if (links.Read(token) is not { } personId)
        {
            return TypedResults.Text("This address is not valid.", statusCode: StatusCodes.Status404NotFound);
        }

        await digests.SetAsync(personId, null, context.RequestAborted);

        // Mail programs do not follow redirects of a POST.
        return context.Request.HasFormContentType && (await context.Request.ReadFormAsync(context.RequestAborted)).ContainsKey("page")
            ? TypedResults.LocalRedirect(PageOf(token))
            : TypedResults.Text("You will not receive these mails any more.");
    }

    private static string PageOf(string? token) => $"~/unsubscribe?token={Uri.EscapeDataString(token ?? "")}";
}
