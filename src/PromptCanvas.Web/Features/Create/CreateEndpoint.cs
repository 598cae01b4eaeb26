using System.Security.Claims;
using Microsoft.AspNetCore.Mvc;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Web.Results;
using PromptCanvas.Web.Security;

namespace PromptCanvas.Web.Features.Create;

/// <summary><c>POST /api/jobs</c>: calls the same handler as the page.</summary>
internal static class CreateEndpoint
{
    public static void MapCreate(this IEndpointRouteBuilder api) => api.MapPost("/jobs", CreateAsync).RequireAuthorization(Policies.Make)
        .Produces<JobAccepted>(StatusCodes.Status202Accepted).ProducesValidationProblem().ProducesProblem(StatusCodes.Status404NotFound)
        .ProducesProblem(StatusCodes.Status422UnprocessableEntity).ProducesProblem(StatusCodes.Status429TooManyRequests)
        .WithSummary("Queues a job. Scope: generate, also for draft and finish; edit for edit, erase and extend; vary for vary, blend and textdiff.");

    private static async Task<IResult> CreateAsync(
        CreateJobBody body,
        [FromHeader(Name = "Idempotency-Key")] string? idempotencyKey,
        ClaimsPrincipal user,
        HttpRequest request,
        GenerateImagesHandler handler,
        IJobQueries jobs,
        ICredits credits,
        CancellationToken cancellationToken)
    {
        if (!JobFields.Read(body, idempotencyKey ?? Guid.NewGuid().ToString()).TryGet(out var job, out var unread))
        {
            return unread.ToProblem();
        }

        if (!user.MayMake(job.Kind))
        {
            return new Forbidden($"This key may not {job.Kind}; use one with the scope \"{Policies.ScopeOf(job.Kind)}\".").ToProblem();
        }

        if (!(await handler.HandleAsync(job, user.ToActor(), cancellationToken)).TryGet(out var id, out var refusal))
        {
            return refusal.ToProblem();
        }

        var made = await jobs.FindAsync(user.ToActor(), id, cancellationToken);
        return TypedResults.Accepted(
            $"{request.PathBase}/api/jobs/{id}",
            new JobAccepted(id, made?.State ?? JobState.Queued, made?.Position, made?.EtaSeconds, await credits.CostOfAsync(id, cancellationToken)));
    }
}

/// <summary>The response of <c>POST /api/jobs</c>.</summary>
/// <param name="Cost">In credits: one per picture, a part of one per draft and the rest for finishing it, or per square where a model of squares composes other pictures of them.</param>
internal sealed record JobAccepted(Guid Id, JobState State, int? Position, double? EtaSeconds, decimal Cost);
