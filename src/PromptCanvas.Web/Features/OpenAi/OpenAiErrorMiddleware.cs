using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

using PromptCanvas.Web.Results;
using PromptCanvas.Web.Security;

namespace PromptCanvas.Web.Features.OpenAi;

/// <summary>Handles all of <c>/v1</c>: turns every error of any origin into OpenAI's error object and adds the response headers.</summary>
internal sealed class OpenAiErrorMiddleware(RequestDelegate next, RateLimits limits, StoreFaults stores, TimeProvider clock, ILogger<OpenAiErrorMiddleware> logger)
{
    private const string Version = "2020-10-01";

    /// <summary>The response headers that scripts of other sites may read.</summary>
    public static string[] Headers { get; } =
    [
        "x-request-id", "openai-version", "openai-processing-ms", "x-ratelimit-limit-requests", "x-ratelimit-remaining-requests", "x-ratelimit-reset-requests",
        "retry-after", "x-should-retry", UnreadPrompt.Header, FirstFrame.Header,
    ];

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Every fault is logged and answered in OpenAI's error format.")]
    public async Task InvokeAsync(HttpContext context)
    {
        var began = clock.GetTimestamp();
        context.Response.OnStarting(() =>
        {
            WriteHeaders(context, clock.GetElapsedTime(began));
            return Task.CompletedTask;
        });
        try
        {
            await next(context);
            if (context.Features.Get<RefusedAnswer>() is { Refusal: var refusal })
            {
                await AnswerAsync(context, OpenAiFaults.Of(refusal));
            }
            else
            {
                await FillAsync(context);
            }
        }
        catch (InvalidTextException fault)
        {
            await AnswerAsync(context, OpenAiFaults.Of(fault.Refusal));
        }
        catch (Exception fault) when (stores.RefusalOf(fault) is { } refused)
        {
            logger.LogWarning("{Method} {Path} was refused: {Reason}", context.Request.Method, context.Request.Path, refused.Message);
            await AnswerAsync(context, OpenAiFaults.Of(refused));
        }
        catch (Exception fault) when (fault is BadHttpRequestException or InvalidDataException)
        {
            var tooLarge = fault is BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge };
            await AnswerAsync(context, tooLarge ? OfStatus(context, StatusCodes.Status413PayloadTooLarge)! : OpenAiFaults.Unreadable("The body of your request could not be read."));
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            logger.LogDebug("The client disconnected from {Path}", context.Request.Path);
        }
        catch (Exception fault)
        {
            logger.LogError(fault, "{Method} {Path} failed", context.Request.Method, context.Request.Path);
            await AnswerAsync(context, OpenAiFaults.Inside);
        }
    }

    /// <summary>The request's id in the header that OpenAI's clients show.</summary>
    public static void WriteRequestId(HttpResponse response) =>
        response.Headers["x-request-id"] = $"req_{Activity.Current?.TraceId.ToHexString() ?? Guid.NewGuid().ToString("N")}";

    // Routing, authorization and the rate limiter set a status without a body.
    private async Task FillAsync(HttpContext context)
    {
        var response = context.Response;
        if (!response.HasStarted && response.ContentLength is null && string.IsNullOrEmpty(response.ContentType) && OfStatus(context, response.StatusCode) is { } fault)
        {
            await DiscardBodyAsync(context);
            await fault.WriteAsync(context);
        }
    }

    // The server discards the bodies of unauthenticated clients itself, up to a lower limit. A client that waits for "100 Continue" sends no body.
    private Task DiscardBodyAsync(HttpContext context) =>
        context.User.Identity is { IsAuthenticated: true } && context.Request.Headers.Expect.Count == 0 ? UnreadBody.DiscardAsync(context, clock) : Task.CompletedTask;

    private async Task AnswerAsync(HttpContext context, OpenAiFault fault)
    {
        if (context.Response.HasStarted)
        {
            // Abort: a truncated response must not look complete.
            context.Abort();
            return;
        }

        // Keep the headers of other middleware (WWW-Authenticate, Retry-After).
        context.Response.Headers.Remove("Content-Disposition");
        await DiscardBodyAsync(context);
        await fault.WriteAsync(context);
    }

    private static OpenAiFault? OfStatus(HttpContext context, int status) => status switch
    {
        StatusCodes.Status401Unauthorized => Unauthorized(context),
        StatusCodes.Status403Forbidden => new(status, "You have insufficient permissions for this operation: your role, or the scopes of this key, do not allow it.", Code: "missing_scope"),
        StatusCodes.Status404NotFound => OpenAiFaults.UnknownAddress(context.Request),
        StatusCodes.Status405MethodNotAllowed => OpenAiFaults.NotAllowed(context.Request),
        StatusCodes.Status413PayloadTooLarge => new(status, "The body of your request is too large: it may have 25 MB.", Code: "request_too_large"),
        StatusCodes.Status415UnsupportedMediaType => new(status, "The Content-Type of your request is not supported.", Code: "unsupported_content_type"),
        StatusCodes.Status429TooManyRequests => new(status, "Rate limit exceeded for requests. Wait for the time in the retry-after header.", "requests", Code: "rate_limit_exceeded"),
        >= StatusCodes.Status500InternalServerError => OpenAiFaults.Inside with { Status = status },
        >= StatusCodes.Status400BadRequest => new(status, "The request was refused."),
        _ => null,
    };

    private static OpenAiFault Unauthorized(HttpContext context)
    {
        if (!ApiKeyHandler.IsUsedBy(context.Request))
        {
            return new(
                StatusCodes.Status401Unauthorized,
                "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY). Keys are made on the account page of this server.");
        }

        return new(StatusCodes.Status401Unauthorized, "Incorrect API key provided. Keys of this server begin with pc_ and are made on its account page.", Code: "invalid_api_key");
    }

    private void WriteHeaders(HttpContext context, TimeSpan elapsed)
    {
        var headers = context.Response.Headers;
        WriteRequestId(context.Response);
        headers["openai-version"] = Version;
        headers["openai-processing-ms"] = ((long)elapsed.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
        if ((context.Features.Get<RateLimitStatus>() ?? limits.StatusOf(context)) is { } status)
        {
            headers["x-ratelimit-limit-requests"] = status.Limit.ToString(CultureInfo.InvariantCulture);
            headers["x-ratelimit-remaining-requests"] = status.Remaining.ToString(CultureInfo.InvariantCulture);
            headers["x-ratelimit-reset-requests"] = string.Create(CultureInfo.InvariantCulture, $"{Math.Ceiling(status.Reset.TotalMilliseconds)}ms");
        }
    }
}
