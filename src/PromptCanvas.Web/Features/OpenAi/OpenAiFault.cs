using System.Text.Json;
using PromptCanvas.Web.Results;

namespace PromptCanvas.Web.Features.OpenAi;

/// <summary>An error in OpenAI's format.</summary>
/// <param name="Param">The field that the error is about.</param>
/// <param name="Code">Machine-readable code; null where OpenAI sends none.</param>
internal sealed record OpenAiFault(int Status, string Message, string Type = OpenAiFault.InvalidRequest, string? Param = null, string? Code = null)
{
    public const string InvalidRequest = "invalid_request_error";
    public const string ServerError = "server_error";

    /// <summary>Whether clients should retry automatically; null = as the status implies.</summary>
    public bool? ShouldRetry { get; init; }

    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The error object; all four keys are always present.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(new { error = new { message = Message, type = Type, param = Param, code = Code } });

    public async Task WriteAsync(HttpContext context)
    {
        var response = context.Response;
        response.StatusCode = Status;
        if (ShouldRetry is { } retry)
        {
            response.Headers["x-should-retry"] = retry ? "true" : "false";
        }

        if (RetryAfter is { } wait)
        {
            context.RequestServices.GetRequiredService<RetrySpread>().Write(context, Code ?? Type, wait);
        }

        response.ContentType = "application/json";
        await response.Body.WriteAsync(ToJson(), context.RequestAborted);
    }
}

/// <summary>Carries an error to the middleware that writes it.</summary>
internal sealed class OpenAiException(OpenAiFault fault) : Exception(fault.Message)
{
    public OpenAiFault Fault { get; } = fault;
}
