using System.Security.Claims;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Web.Results;
using PromptCanvas.Web.Security;

namespace PromptCanvas.Web.Features.Jobs;

/// <summary>The jobs API.</summary>
internal static class JobEndpoints
{
    public static void MapJobs(this IEndpointRouteBuilder api)
    {
        api.MapGet("/jobs", ListAsync).RequireAuthorization(Policies.Read)
            .Produces<JobBody[]>().WithSummary("Your jobs that are queued or running. Scope: read.");
        api.MapGet("/jobs/{id:guid}", FindAsync).RequireAuthorization(Policies.Read)
            .Produces<JobBody>().ProducesProblem(StatusCodes.Status404NotFound).WithSummary("One of your jobs. Scope: read.");
        api.MapDelete("/jobs/{id:guid}", CancelAsync).RequireAuthorization(Policies.Make)
            .Produces<JobBody>().ProducesProblem(StatusCodes.Status404NotFound).WithSummary("Cancels one of your jobs; finished pictures stay. Scope: generate, edit or vary.");
        api.MapDelete("/jobs/{id:guid}/images/{index:int}", CancelPictureAsync).RequireAuthorization(Policies.Make)
            .Produces<JobBody>().ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("Cancels one picture of a job (index from 0) if it is not finished and refunds its credit. Scope: generate, edit or vary.");
    }

    private static async Task<IResult> ListAsync(ClaimsPrincipal user, HttpRequest request, IJobQueries jobs, CancellationToken cancellationToken)
    {
        var active = await jobs.ActiveAsync(user.ToActor(), cancellationToken);
        return TypedResults.Ok(active.Select(job => JobBody.Of(job, request.PathBase)).ToArray());
    }

    private static async Task<IResult> FindAsync(Guid id, ClaimsPrincipal user, HttpRequest request, IJobQueries jobs, CancellationToken cancellationToken) =>
        await jobs.FindAsync(user.ToActor(), id, cancellationToken) is { } job
            ? TypedResults.Ok(JobBody.Of(job, request.PathBase))
            : Missing();

    private static async Task<IResult> CancelAsync(
        Guid id, ClaimsPrincipal user, HttpRequest request, ICancellations cancellations, CancellationToken cancellationToken) =>
        (await cancellations.CancelAsync(user.ToActor(), id, cancellationToken)).TryGet(out var job, out var refusal)
            ? TypedResults.Ok(JobBody.Of(job, request.PathBase))
            : refusal.ToProblem();

    private static async Task<IResult> CancelPictureAsync(
        Guid id, int index, ClaimsPrincipal user, HttpRequest request, ICancellations cancellations, CancellationToken cancellationToken) =>
        (await cancellations.CancelPictureAsync(user.ToActor(), id, index, cancellationToken)).TryGet(out var job, out var refusal)
            ? TypedResults.Ok(JobBody.Of(job, request.PathBase))
            : refusal.ToProblem();

    private static IResult Missing() => new NotFound("There is no job with this id.").ToProblem();
}
