using PromptCanvas.Generation.Jobs;
using PromptCanvas.Generation.Results;
using PromptCanvas.Web.Results;

namespace PromptCanvas.Web.Features.Jobs;

/// <summary>Jobs as programs see them.</summary>
internal static class JobEndpoints
{
    public static void MapJobs(this IEndpointRouteBuilder api)
    {
        api.MapGet("/jobs", ListAsync);
        api.MapGet("/jobs/{id:guid}", FindAsync);
        api.MapDelete("/jobs/{id:guid}", CancelAsync);
    }

    private static async Task<IResult> ListAsync(IJobQueries jobs, CancellationToken cancellationToken)
    {
        var active = await jobs.ActiveAsync(cancellationToken);
        return TypedResults.Ok(active.Select(JobBody.Of).ToArray());
    }

    private static async Task<IResult> FindAsync(Guid id, IJobQueries jobs, CancellationToken cancellationToken) =>
        await jobs.FindAsync(id, cancellationToken) is { } job
            ? TypedResults.Ok(JobBody.Of(job))
            : new NotFound("There is no job with this id.").ToProblem();

    private static async Task<IResult> CancelAsync(Guid id, ISubmissions submissions, CancellationToken cancellationToken) =>
        (await submissions.CancelAsync(id, cancellationToken)).TryGet(out var job, out var refusal)
            ? TypedResults.Ok(JobBody.Of(job))
            : refusal.ToProblem();
}
