using System.Security.Claims;
using System.Text;
using PromptCanvas.Generation.Bias;
using PromptCanvas.Generation.Bias.Measuring;
using PromptCanvas.Web.Results;
using PromptCanvas.Web.Security;

namespace PromptCanvas.Web.Features.Bias;

/// <summary>The bias audits' API. It calls the same service as the pages.</summary>
internal static class BiasEndpoints
{
    private const string Path = "/bias";
    private const string OfOne = $"{Path}/{{id:guid}}";

    public static void AddBias(this IServiceCollection services) => services.AddSingleton<BiasDownloads>();

    public static void MapBias(this IEndpointRouteBuilder api)
    {
        api.MapPost(Path, StartAsync).RequireAuthorization(Policies.AdministratorMake)
            .Produces<BiasStarted>(StatusCodes.Status201Created).ProducesValidationProblem().WithSummary("Starts a bias audit. Administrators only. Scope: generate.");
        api.MapGet(Path, ListAsync).RequireAuthorization(Policies.AdministratorRead)
            .Produces<BiasAuditView[]>().WithSummary("All bias audits, newest first. Administrators only. Scope: read.");
        api.MapGet($"{Path}/world", World).RequireAuthorization(Policies.AdministratorRead)
            .Produces<BiasWorld>().ProducesValidationProblem().WithSummary("The built-in prompts and captions for what a model draws. Administrators only. Scope: read.");
        api.MapGet(OfOne, FindAsync).RequireAuthorization(Policies.AdministratorRead)
            .Produces<BiasAuditDetail>().ProducesProblem(StatusCodes.Status404NotFound).WithSummary("A bias audit with its report. Administrators only. Scope: read.");
        api.MapGet($"{OfOne}/compare/{{other:guid}}", CompareAsync).RequireAuthorization(Policies.AdministratorRead)
            .Produces<BiasDifference[]>().ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("The differences of two bias audits with their intervals: the other's shares minus this one's. Administrators only. Scope: read.");
        api.MapPost($"{OfOne}/cancel", CancelAsync).RequireAuthorization(Policies.AdministratorMake)
            .Produces(StatusCodes.Status204NoContent).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict)
            .WithSummary("Stops a bias audit; open pictures are cancelled and refunded. Administrators only. Scope: generate.");
        api.MapDelete(OfOne, DeleteAsync).RequireAuthorization(Policies.AdministratorMake)
            .Produces(StatusCodes.Status204NoContent).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict)
            .WithSummary("Deletes a bias audit that is over; its pictures stay. Administrators only. Scope: generate.");
        api.MapGet($"{OfOne}/report.csv", CsvAsync).RequireAuthorization(Policies.AdministratorRead)
            .Produces(StatusCodes.Status200OK, contentType: "text/csv").ProducesProblem(StatusCodes.Status404NotFound).WithSummary("The report as CSV. Administrators only. Scope: read.");
        api.MapGet($"{OfOne}/report.html", HtmlAsync).RequireAuthorization(Policies.AdministratorRead)
            .Produces(StatusCodes.Status200OK, contentType: "text/html").ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("The report as one HTML file with its pictures. Administrators only. Scope: read.");
    }

    private static async Task<IResult> StartAsync(BiasBody body, ClaimsPrincipal user, HttpRequest request, IBiasAudits audits, CancellationToken cancellationToken)
    {
        if (!body.ToPlan(audits).TryGet(out var plan, out var unread))
        {
            return unread.ToProblem();
        }

        return (await audits.StartAsync(user.ToActor(), plan, cancellationToken)).TryGet(out var id, out var refusal)
            ? TypedResults.Created($"{request.PathBase}/api/bias/{id}", new BiasStarted(id, plan.Pictures, plan.Pictures))
            : refusal.ToProblem();
    }

    private static async Task<IResult> ListAsync(ClaimsPrincipal user, IBiasAudits audits, CancellationToken cancellationToken) =>
        (await audits.ListAsync(user.ToActor(), cancellationToken)).TryGet(out var all, out var refusal) ? TypedResults.Ok(all) : refusal.ToProblem();

    private static IResult World(string? model, IBiasAudits audits) =>
        audits.WorldOf(model).TryGet(out var world, out var refusal) ? TypedResults.Ok(world) : refusal.ToProblem();

    private static async Task<IResult> FindAsync(Guid id, ClaimsPrincipal user, IBiasAudits audits, CancellationToken cancellationToken) =>
        (await audits.FindAsync(user.ToActor(), id, cancellationToken)).TryGet(out var detail, out var refusal) ? TypedResults.Ok(detail) : refusal.ToProblem();

    private static async Task<IResult> CompareAsync(Guid id, Guid other, ClaimsPrincipal user, IBiasAudits audits, CancellationToken cancellationToken)
    {
        if (!(await audits.FindAsync(user.ToActor(), id, cancellationToken)).TryGet(out var first, out var missing))
        {
            return missing.ToProblem();
        }

        return (await audits.FindAsync(user.ToActor(), other, cancellationToken)).TryGet(out var second, out var refusal)
            ? TypedResults.Ok(BiasDifference.Between(first.Report, second.Report))
            : refusal.ToProblem();
    }

    private static async Task<IResult> CancelAsync(Guid id, ClaimsPrincipal user, IBiasAudits audits, CancellationToken cancellationToken) =>
        (await audits.CancelAsync(user.ToActor(), id, cancellationToken)).Refusal is { } refusal ? refusal.ToProblem() : TypedResults.NoContent();

    private static async Task<IResult> DeleteAsync(Guid id, ClaimsPrincipal user, IBiasAudits audits, CancellationToken cancellationToken) =>
        (await audits.DeleteAsync(user.ToActor(), id, cancellationToken)).Refusal is { } refusal ? refusal.ToProblem() : TypedResults.NoContent();

    private static async Task<IResult> CsvAsync(Guid id, ClaimsPrincipal user, HttpContext context, BiasDownloads downloads, CancellationToken cancellationToken)
    {
        context.Response.Headers.CacheControl = "no-store";

        // With a byte order mark, so that spreadsheets detect UTF-8.
        return (await downloads.CsvAsync(user.ToActor(), id, cancellationToken)).TryGet(out var csv, out var refusal)
            ? TypedResults.File([.. Encoding.UTF8.Preamble, .. Encoding.UTF8.GetBytes(csv)], "text/csv; charset=utf-8", $"bias-{id}.csv")
            : refusal.ToProblem();
    }

    private static async Task<IResult> HtmlAsync(Guid id, ClaimsPrincipal user, HttpContext context, BiasDownloads downloads, CancellationToken cancellationToken)
    {
        context.Response.Headers.CacheControl = "no-store";
        return (await downloads.HtmlAsync(user.ToActor(), id, cancellationToken)).TryGet(out var html, out var refusal)
            ? TypedResults.File(Encoding.UTF8.GetBytes(html), "text/html; charset=utf-8", $"bias-{id}.html")
            : refusal.ToProblem();
    }
}
