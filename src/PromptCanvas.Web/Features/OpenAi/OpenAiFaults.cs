using PromptCanvas.Data.Jobs;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Generation.Results;

namespace PromptCanvas.Web.Features.OpenAi;

/// <summary>Error responses, in OpenAI's wording where it is known.</summary>
internal static class OpenAiFaults
{
    // Field names of the engine → field names of this API.
    private static readonly Dictionary<string, string> Names = new() { ["count"] = "n", ["source"] = "image", ["request"] = "prompt", ["to"] = "prompt", ["style"] = "style_id", ["styleWeight"] = "style_weight" };

    public static OpenAiFault Missing(string param) =>
        new(StatusCodes.Status400BadRequest, $"Missing required parameter: '{param}'.", Param: param, Code: "missing_required_parameter");

    public static OpenAiFault WrongType(string param, string expected, string got) =>
        new(StatusCodes.Status400BadRequest, $"Invalid type for '{param}': expected {expected}, but got {got} instead.", Param: param, Code: "invalid_type");

    /// <param name="supported">The supported values, as listed in the message.</param>
    public static OpenAiFault WrongValue(string param, string value, string supported) =>
        new(StatusCodes.Status400BadRequest, $"Invalid value: '{value}'. Supported values are: {supported}.", Param: param, Code: "invalid_value");

    public static OpenAiFault OutOfRange(string param, long value, int minimum, int maximum) => value < minimum
        ? new(StatusCodes.Status400BadRequest, $"Invalid '{param}': integer below minimum value. Expected a value >= {minimum}, but got {value} instead.", Param: param, Code: "integer_below_min_value")
        : new(StatusCodes.Status400BadRequest, $"Invalid '{param}': integer above maximum value. Expected a value <= {maximum}, but got {value} instead.", Param: param, Code: "integer_above_max_value");

    public static OpenAiFault TooLong(string param, int length, int maximum) =>
        new(StatusCodes.Status400BadRequest, $"Invalid '{param}': string too long. Expected a string with maximum length {maximum}, but got a string with length {length} instead.", Param: param, Code: "string_above_max_length");

    public static OpenAiFault UnknownModel(string model) =>
        new(StatusCodes.Status404NotFound, $"The model '{Excerpt.Of(model)}' does not exist or you do not have access to it.", Param: "model", Code: "model_not_found");

    public static OpenAiFault Unreadable(string what) => new(StatusCodes.Status400BadRequest, what);

    public static OpenAiFault UnknownAddress(HttpRequest request) =>
        new(StatusCodes.Status404NotFound, $"Invalid URL ({Excerpt.Of(request.Method)} {Excerpt.Of(request.Path)}). The base address of this API is {BaseOf(request)}; clients append /images/generations, for example.", Code: "unknown_url");

    public static OpenAiFault NotAllowed(HttpRequest request) =>
        new(StatusCodes.Status405MethodNotAllowed, $"Not allowed to {Excerpt.Of(request.Method)} on {request.Path}.", Code: "method_not_supported");

    /// <summary>The queue is longer than the client's timeout.</summary>
    /// <param name="wait">Time until the queue is short enough.</param>
    public static OpenAiFault TooBusy(TimeSpan wait) =>
        new(StatusCodes.Status429TooManyRequests, "The queue is longer than your client's timeout, so no picture was made and nothing was charged. Try again later, or use \"stream\": true, which can wait longer.", "requests", Code: "rate_limit_exceeded")
        {
            RetryAfter = wait,
        };

    public static OpenAiFault Stopping { get; } =
        new(StatusCodes.Status503ServiceUnavailable, "The server is restarting; the pictures will be made afterwards. Try again: a repeated request is charged once.", OpenAiFault.ServerError, Code: "server_is_overloaded")
        {
            RetryAfter = TimeSpan.FromSeconds(5),
        };

    public static OpenAiFault Inside { get; } =
        new(StatusCodes.Status500InternalServerError, "The server had an error while processing your request; the administrator finds the reason in the log.", OpenAiFault.ServerError);

    /// <summary>The request takes longer than clients wait, even with an empty queue.</summary>
    private static OpenAiFault TooLongToMake(string message) =>
        new(StatusCodes.Status400BadRequest, $"{message} \"stream\": true can wait longer.", Param: "n", Code: "request_too_long") { ShouldRetry = false };

    private static string BaseOf(HttpRequest request) => $"{request.Scheme}://{request.Host}{request.PathBase}/v1";

    /// <summary>The content rules forbid the request.</summary>
    /// <param name="reason">The rule's reason, in one sentence.</param>
    private static OpenAiFault RefusedByRule(string? reason) => new(
        StatusCodes.Status400BadRequest,
        $"Your request was rejected as a result of our safety system. {reason ?? "Your prompt may contain text that is not allowed by our safety system."}",
        Code: "content_policy_violation");

    /// <summary>A job that made no picture.</summary>
    public static OpenAiFault Of(JobView job) => job.State switch
    {
        JobState.Rejected => RefusedByRule(job.Error),
        JobState.Cancelled => new(StatusCodes.Status409Conflict, $"{job.Error ?? "The request was cancelled before a picture was made."} Nothing was charged.", Code: "cancelled") { ShouldRetry = false },
        _ => new(StatusCodes.Status500InternalServerError, $"{job.Error ?? "No picture could be made."} Nothing was charged.", OpenAiFault.ServerError),
    };

    /// <summary>A refusal in OpenAI's format; the only place that maps them.</summary>
    public static OpenAiFault Of(Refusal refusal) => refusal switch
    {
        OpenAiFault fault => fault,
        InvalidInput { Field: var field, Message: var message } => new(StatusCodes.Status400BadRequest, message, Param: Names.GetValueOrDefault(field, field)),
        PolicyViolation => RefusedByRule(refusal.Message),
        NotFound => new(StatusCodes.Status404NotFound, refusal.Message),
        Forbidden => new(StatusCodes.Status403Forbidden, refusal.Message, Code: "insufficient_permissions"),
        TooLarge => new(StatusCodes.Status400BadRequest, refusal.Message, Param: "image"),
        WrongState => new(StatusCodes.Status409Conflict, refusal.Message, Code: "wrong_state"),
        Conflict => new(StatusCodes.Status422UnprocessableEntity, refusal.Message, Code: "idempotency_conflict"),
        QuotaExceeded => new(StatusCodes.Status429TooManyRequests, refusal.Message, "insufficient_quota", Code: "insufficient_quota") { ShouldRetry = false },
        RequestTooLong => TooLongToMake(refusal.Message),
        ModelUnavailable => new(StatusCodes.Status503ServiceUnavailable, refusal.Message, OpenAiFault.ServerError, "model", "model_unavailable") { ShouldRetry = false },
        QueueTooLong { Excess: var excess } => TooBusy(excess),
        StorageFull => new(StatusCodes.Status507InsufficientStorage, refusal.Message, OpenAiFault.ServerError, Code: "storage_full") { ShouldRetry = false },
        TooManyJobs or TooManyUploads => new(StatusCodes.Status429TooManyRequests, refusal.Message, "requests", Code: "rate_limit_exceeded") { RetryAfter = TimeSpan.FromSeconds(10) },
        _ => new(StatusCodes.Status503ServiceUnavailable, refusal.Message, OpenAiFault.ServerError, Code: "server_is_overloaded") { RetryAfter = TimeSpan.FromSeconds(30) },
    };
}
