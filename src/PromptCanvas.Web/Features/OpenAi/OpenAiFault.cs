using System.Globalization;
using System.Text.Json;

namespace PromptCanvas.Web.Features.OpenAi;

/// <summary>A refusal as programs written for OpenAI's server read it.</summary>
/// <param name="Param">The field it is about.</param>
/// <param name="Code">For programs; null where OpenAI's server gives none.</param>
internal sealed record OpenAiFault(int Status, string Message, string Type = OpenAiFault.InvalidRequest, string? Param = null, string? Code = null)
{
    public const string InvalidRequest = "invalid_request_error";
    public const string ServerError = "server_error";

    /// <summary>What a client may do by itself: null = as the status says.</summary>
    public bool? ShouldRetry { get; init; }

    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The object with its four keys, all of them always there.</summary>
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
            response.Headers.RetryAfter = Math.Max(1, Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        }

        response.ContentType = "application/json";
        await response.Body.WriteAsync(ToJson(), context.RequestAborted);
    }
}

/// <summary>Carries a refusal out of whatever found it.</summary>
internal sealed class OpenAiException(OpenAiFault fault) : Exception(fault.Message)
{
    public OpenAiFault Fault { get; } = fault;
}
