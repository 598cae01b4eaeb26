using System.Text.Json;
using Microsoft.AspNetCore.Diagnostics;
using PromptCanvas.Generation.Results;
using PromptCanvas.Web.Results;

namespace PromptCanvas.Web.Security;

/// <summary>Responds to API requests with invalid text by a problem that names the field, and to those that need an unavailable store by one that says what
/// to do. Browsers get the error page, with the same status.</summary>
internal sealed class RefusedRequests(StoreFaults stores, PageStatus pages, ILogger<RefusedRequests> logger) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        var away = stores.RefusalOf(exception);
        if (away is not null)
        {
            logger.LogWarning("{Method} {Path} was refused: {Reason}", httpContext.Request.Method, httpContext.Request.Path, away.Message);
        }

        if (!RequestClass.IsProgram(httpContext))
        {
            pages.TryWrite(httpContext, exception);
            return false;
        }

        if ((away ?? RefusalOf(exception, httpContext.Request)) is not { } refusal)
        {
            return false;
        }

        await refusal.ToProblem().ExecuteAsync(httpContext);
        return true;
    }

    private static Refusal? RefusalOf(Exception fault, HttpRequest request) => fault switch
    {
        InvalidTextException text => text.Refusal,
        BadHttpRequestException { InnerException: JsonTextException text } => Refuse(JsonFaults.FieldOf(text), text.Point),
        BadHttpRequestException { InnerException: JsonException json } => JsonFaults.Describe(json),
        BadHttpRequestException { InnerException: null, StatusCode: StatusCodes.Status400BadRequest } when request.HasJsonContentType() && request.ContentLength is 0 => JsonFaults.Missing,
        _ => null,
    };

    private static InvalidInput Refuse(string field, int point) => new(field, TextChecks.Message(field, point));
}
