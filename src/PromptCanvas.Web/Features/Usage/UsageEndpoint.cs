using System.Text;

using PromptCanvas.Web.Security;

namespace PromptCanvas.Web.Features.Usage;

/// <summary><c>GET /admin/usage.csv</c>: usage for a spreadsheet.</summary>
internal static class UsageEndpoint
{
    public static void AddUsage(this IServiceCollection services) => services.AddSingleton<UsageService>();

    public static void MapUsage(this IEndpointRouteBuilder app) =>
        app.MapGet("/admin/usage.csv", CsvAsync).RequireAuthorization(Policies.Administrator).ExcludeFromDescription();

    private static async Task<IResult> CsvAsync(int? days, UsageService book, HttpContext context, CancellationToken cancellationToken)
    {
        var span = UsageService.SpanOf(days ?? 0);
        context.Response.Headers.CacheControl = "no-store";

        // With a byte order mark, so that spreadsheets detect UTF-8.
        var table = await book.CsvAsync(span, cancellationToken);
        byte[] bytes = [.. Encoding.UTF8.Preamble, .. Encoding.UTF8.GetBytes(table)];
        return TypedResults.File(bytes, "text/csv; charset=utf-8", $"usage-{span}-days.csv");
    }
}
