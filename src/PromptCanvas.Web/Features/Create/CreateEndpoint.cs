using System.Security.Claims;

using Microsoft.AspNetCore.Mvc;

using PromptCanvas.Data.Pictures;
using PromptCanvas.Generation.Jobs;
using PromptCanvas.Generation.Results;
using PromptCanvas.Web.Results;
using PromptCanvas.Web.Security;

namespace PromptCanvas.Web.Features.Create;

/// <summary><c>POST /api/jobs</c>: the API's way to the handler that the page uses.</summary>
internal static class CreateEndpoint
{
    private const string GenerateKind = "generate";

    public static void MapCreate(this IEndpointRouteBuilder api) => api.MapPost("/jobs", CreateAsync).RequireAuthorization(Policies.Generate)
        .Produces<JobAccepted>(StatusCodes.Status202Accepted).ProducesValidationProblem()
        .ProducesProblem(StatusCodes.Status422UnprocessableEntity).ProducesProblem(StatusCodes.Status429TooManyRequests)
        .WithSummary("Queues a job. Scope: generate.");

    private static async Task<IResult> CreateAsync(
        CreateJobBody body,
        [FromHeader(Name = "Idempotency-Key")] string? idempotencyKey,
        ClaimsPrincipal user,
        GenerateImagesHandler handler,
        IJobQueries jobs,
        CancellationToken cancellationToken)
    {
        if (body.Kind is not GenerateKind)
        {
            return new InvalidInput("kind", "The kind must be \"generate\".").ToProblem();
        }

        var request = body.ToRequest(idempotencyKey ?? Guid.NewGuid().ToString());
        if (!(await handler.HandleAsync(request, user.ToViewer(), cancellationToken)).TryGet(out var id, out var refusal))
        {
            return refusal.ToProblem();
        }

        var job = await jobs.FindAsync(user.ToViewer(), id, cancellationToken);
        return TypedResults.Accepted(
            $"/api/jobs/{id}",
            new JobAccepted(id, job?.State ?? JobState.Queued, job?.Position, job?.EtaSeconds, job?.Images.Count ?? body.Count));
    }
}

/// <summary>The body of <c>POST /api/jobs</c>.</summary>
internal sealed record CreateJobBody(string? Kind, string? Prompt, string? NegativePrompt, uint? Seed, string? Model, int Count = 4, int Size = 1024, string Visibility = Visibilities.Team)
{
    public GenerateImages ToRequest(string idempotencyKey) => new(idempotencyKey, Prompt ?? "")
    {
        NegativePrompt = NegativePrompt,
        Count = Count,
        Size = Size,
        Seed = Seed,
        Model = Model,
        Visibility = Visibility,
    };
}

/// <summary>The answer to <c>POST /api/jobs</c>.</summary>
/// <param name="Cost">In credits: one for each picture.</param>
internal sealed record JobAccepted(Guid Id, JobState State, int? Position, double? EtaSeconds, int Cost);
