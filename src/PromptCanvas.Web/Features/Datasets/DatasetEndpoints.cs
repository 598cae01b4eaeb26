using System.Security.Claims;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Generation.Datasets;
using PromptCanvas.Web.Results;
using PromptCanvas.Web.Security;

namespace PromptCanvas.Web.Features.Datasets;

/// <summary>The data sets' API. It calls the same service as the pages.</summary>
internal static class DatasetEndpoints
{
    private const string Path = "/datasets";
    private const string OfOne = $"{Path}/{{id:guid}}";

    public static void AddDatasets(this IServiceCollection services) => services.AddSingleton<DatasetDownloads>();

    public static void MapDatasets(this IEndpointRouteBuilder api)
    {
        api.MapPost(Path, StartAsync).RequireAuthorization(Policies.Generate)
            .Produces<DatasetStarted>(StatusCodes.Status201Created).Produces<DatasetQuote>().ProducesValidationProblem().ProducesProblem(StatusCodes.Status429TooManyRequests)
            .WithSummary("Starts a data set, or with dryRun says what it costs. Scope: generate, with a base also edit.");
        api.MapGet(Path, ListAsync).RequireAuthorization(Policies.Read)
            .Produces<DatasetView[]>().WithSummary("Your data sets, newest first. Scope: read.");
        api.MapGet(OfOne, FindAsync).RequireAuthorization(Policies.Read)
            .Produces<DatasetDetail>().ProducesProblem(StatusCodes.Status404NotFound).WithSummary("A data set with its plan and progress. Scope: read.");
        api.MapPost($"{OfOne}/cancel", CancelAsync).RequireAuthorization(Policies.Generate)
            .Produces(StatusCodes.Status204NoContent).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict)
            .WithSummary("Stops a data set; open pictures are cancelled and refunded. Scope: generate.");
        api.MapDelete(OfOne, DeleteAsync).RequireAuthorization(Policies.Generate)
            .Produces(StatusCodes.Status204NoContent).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict)
            .WithSummary("Deletes a data set that is over; its pictures stay. Scope: generate.");
        api.MapGet($"{OfOne}/content", ContentAsync).RequireAuthorization(Policies.Read)
            .Produces(StatusCodes.Status200OK, contentType: "application/zip").ProducesValidationProblem().ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict).ProducesProblem(StatusCodes.Status429TooManyRequests)
            .WithSummary("A zip of a data set that is over: its pictures and the formats that you name. Scope: read.").WithMetadata(new UserContent());
    }

    private static async Task<IResult> StartAsync(DatasetBody body, ClaimsPrincipal user, HttpRequest request, IDatasets datasets, CancellationToken cancellationToken)
    {
        if (!body.ToOrder().TryGet(out var order, out var unread))
        {
            return unread.ToProblem();
        }

        if (!string.IsNullOrWhiteSpace(order.Base) && !user.MayMake(JobKinds.Edit))
        {
            return new Forbidden($"This key may not {JobKinds.Edit}; use one with the scope \"{Policies.ScopeOf(JobKinds.Edit)}\".").ToProblem();
        }

        if (body.DryRun)
        {
            return (await datasets.QuoteAsync(user.ToActor(), order, cancellationToken)).TryGet(out var quote, out var invalid) ? TypedResults.Ok(quote) : invalid.ToProblem();
        }

        return (await datasets.StartAsync(user.ToActor(), order, cancellationToken)).TryGet(out var id, out var refusal)
            ? TypedResults.Created($"{request.PathBase}/api/datasets/{id}", new DatasetStarted(id))
            : refusal.ToProblem();
    }

    private static async Task<IResult> ListAsync(ClaimsPrincipal user, IDatasets datasets, CancellationToken cancellationToken) =>
        TypedResults.Ok(await datasets.ListAsync(user.ToActor(), cancellationToken));

    private static async Task<IResult> FindAsync(Guid id, ClaimsPrincipal user, IDatasets datasets, CancellationToken cancellationToken) =>
        (await datasets.FindAsync(user.ToActor(), id, cancellationToken)).TryGet(out var detail, out var refusal) ? TypedResults.Ok(detail) : refusal.ToProblem();

    private static async Task<IResult> CancelAsync(Guid id, ClaimsPrincipal user, IDatasets datasets, CancellationToken cancellationToken) =>
        (await datasets.CancelAsync(user.ToActor(), id, cancellationToken)).Refusal is { } refusal ? refusal.ToProblem() : TypedResults.NoContent();

    private static async Task<IResult> DeleteAsync(Guid id, ClaimsPrincipal user, IDatasets datasets, CancellationToken cancellationToken) =>
        (await datasets.DeleteAsync(user.ToActor(), id, cancellationToken)).Refusal is { } refusal ? refusal.ToProblem() : TypedResults.NoContent();

    private static async Task<IResult> ContentAsync(Guid id, string[]? format, IDatasetArchives archives, DatasetDownloads downloads, HttpContext context)
    {
        context.Response.Headers.CacheControl = "private, no-store";
        if (!downloads.TryBegin(context.User.ToActor().PersonId).TryGet(out var download, out var full))
        {
            return full.ToProblem();
        }

        using var ends = download;
        if (!(await archives.OpenAsync(context.User.ToActor(), id, format ?? [], context.RequestAborted)).TryGet(out var archive, out var refusal))
        {
            return refusal.ToProblem();
        }

        context.Response.NameFile($"dataset-{id}.zip", download: true);
        context.Response.ContentType = "application/zip";
        await archive.WriteAsync(context.Response.Body, context.RequestAborted);
        return TypedResults.Empty;
    }
}
