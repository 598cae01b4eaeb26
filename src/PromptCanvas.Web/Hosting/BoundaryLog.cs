using Microsoft.AspNetCore.Components.Web;
using PromptCanvas.Web.Results;

namespace PromptCanvas.Web.Hosting;

/// <summary>Logs what an error boundary caught. An unavailable store is one line without a stack trace; the page says it, too.</summary>
internal sealed class BoundaryLog(StoreFaults stores, ILogger<ErrorBoundary> logger) : IErrorBoundaryLogger
{
    public ValueTask LogErrorAsync(Exception exception)
    {
        if (stores.RefusalOf(exception) is { } refusal)
        {
            logger.LogWarning("A part of a page could not be shown: {Reason}", refusal.Message);
        }
        else
        {
            logger.LogError(exception, "A part of a page failed");
        }

        return ValueTask.CompletedTask;
    }
}
