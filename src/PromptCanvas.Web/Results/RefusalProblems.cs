using PromptCanvas.Web.Resources;
using ProblemHttpResult = Microsoft.AspNetCore.Http.HttpResults.ProblemHttpResult;

namespace PromptCanvas.Web.Results;

/// <summary>Maps refusals to problem details; the only place that does.</summary>
internal static class RefusalProblems
{
    /// <summary>When to try again after an outage or a full queue.</summary>
    public static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);

    // A data set takes minutes to be sent.
    private static readonly TimeSpan Download = TimeSpan.FromMinutes(1);

    public static IResult ToProblem(this Refusal refusal) => refusal switch
    {
        InvalidInput input => TypedResults.ValidationProblem(
            new Dictionary<string, string[]> { [input.Field] = [MessageTexts.Say(input.Message)!] },
            detail: MessageTexts.Say(input.Message),
            title: "The request is not valid.",
            type: "invalid-input"),
        PolicyViolation => Problem(refusal, StatusCodes.Status400BadRequest, "The content policy does not allow this request.", "content-policy"),
        NotFound => Problem(refusal, StatusCodes.Status404NotFound, "Not found.", "not-found"),
        Forbidden => Problem(refusal, StatusCodes.Status403Forbidden, "You are not allowed to do this.", "forbidden"),
        TooLarge => Problem(refusal, StatusCodes.Status413PayloadTooLarge, "Too large.", "too-large"),
        Conflict => Problem(refusal, StatusCodes.Status422UnprocessableEntity, "The idempotency key was used for another request.", "idempotency-conflict"),
        WrongState => Problem(refusal, StatusCodes.Status409Conflict, "Not possible now.", "wrong-state"),
        QuotaExceeded quota => Problem(
            refusal,
            StatusCodes.Status429TooManyRequests,
            "Not enough credits.",
            "quota-exceeded",
            new() { ["needed"] = quota.Needed, ["left"] = quota.Left, ["resetsAt"] = quota.ResetsAt }),
        TooManyJobs jobs => After(Problem(
            refusal, StatusCodes.Status429TooManyRequests, "Too many jobs are waiting.", "too-many-jobs", new() { ["limit"] = jobs.Limit })),
        TooManyUploads => After(Problem(refusal, StatusCodes.Status429TooManyRequests, "Too many uploads are waiting.", "too-many-uploads")),
        TooManyDownloads => new Later(Problem(refusal, StatusCodes.Status429TooManyRequests, "Too many downloads are open.", "too-many-downloads"), Download),
        ComputeSpent spent => new Later(Problem(refusal, StatusCodes.Status429TooManyRequests, "The compute time is used up.", "compute-spent"), spent.Wait),
        QueueTooLong => Problem(refusal, StatusCodes.Status429TooManyRequests, "The queue is too long.", "queue-too-long"),
        StorageFull => Problem(refusal, StatusCodes.Status507InsufficientStorage, "The storage is full.", "storage-full"),
        RequestTooLong => Problem(refusal, StatusCodes.Status400BadRequest, "The request would take too long.", "request-too-long"),
        ModelUnavailable => Problem(refusal, StatusCodes.Status503ServiceUnavailable, "The model cannot be opened.", "model-unavailable"),
        Unavailable => After(Problem(refusal, StatusCodes.Status503ServiceUnavailable, "Temporarily unavailable.", "unavailable")),
        _ => throw new ArgumentOutOfRangeException(nameof(refusal), refusal, "This kind of refusal has no mapping."),
    };

    // Clients that retry automatically should not retry at once.
    private static Later After(ProblemHttpResult problem) => new(problem, Soon);

    private static ProblemHttpResult Problem(
        Refusal refusal, int status, string title, string type, Dictionary<string, object?>? facts = null) =>
        TypedResults.Problem(MessageTexts.Say(refusal.Message), statusCode: status, title: title, type: type, extensions: facts);

    /// <summary>A problem response with <c>Retry-After</c>.</summary>
    private sealed record Later(ProblemHttpResult Problem, TimeSpan Wait) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.RequestServices.GetRequiredService<RetrySpread>().Write(httpContext, Problem.ProblemDetails.Type ?? "", Wait);
            return Problem.ExecuteAsync(httpContext);
        }
    }
}
