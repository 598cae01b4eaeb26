using System.Text.Json;
using Microsoft.AspNetCore.Diagnostics;
using PromptCanvas.Data;
using PromptCanvas.Generation.Results;
using PromptCanvas.Generation.Storage;
using PromptCanvas.Web.Results;

namespace PromptCanvas.Web.Security;

/// <summary>Responds to API requests with invalid text by a problem that names the field, and to those that need an unavailable store by one that says what
/// to do. Browsers get the error page.</summary>
internal sealed class RefusedRequests(IDatabaseFaults database) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (!RequestClass.IsProgram(httpContext) || RefusalOf(exception, httpContext.Request) is not { } refusal)
        {
            return false;
        }

        await refusal.ToProblem().ExecuteAsync(httpContext);
        return true;
    }

    private Refusal? RefusalOf(Exception fault, HttpRequest request) => fault switch
    {
        InvalidTextException text => text.Refusal,
        BadHttpRequestException { InnerException: JsonTextException text } => Refuse(JsonFaults.FieldOf(text), text.Point),
        BadHttpRequestException { InnerException: JsonException json } => JsonFaults.Describe(json),
        BadHttpRequestException { InnerException: null, StatusCode: StatusCodes.Status400BadRequest } when request.HasJsonContentType() && request.ContentLength is 0 => JsonFaults.Missing,
        ObjectStoreException away => new Unavailable(away.Message),
        _ when database.Describe(fault) is { } away => new Unavailable(away),
        _ => null,
    };

    private static InvalidInput Refuse(string field, int point) => new(field, TextChecks.Message(field, point));
}
