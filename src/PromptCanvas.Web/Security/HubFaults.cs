using Microsoft.AspNetCore.SignalR;
using PromptCanvas.Web.Results;

namespace PromptCanvas.Web.Security;

/// <summary>Logs the failed calls of every hub, also those of Blazor's pages, in place of SignalR's own log, which has the stack trace of every refusal.</summary>
internal sealed class HubFaults(StoreFaults stores, ILogger<HubFaults> logger) : IHubFilter
{
    public async ValueTask<object?> InvokeMethodAsync(HubInvocationContext invocationContext, Func<HubInvocationContext, ValueTask<object?>> next)
    {
        try
        {
            return await next(invocationContext);
        }
        catch (Exception fault) when (fault is not (HubException or OperationCanceledException))
        {
            if (stores.RefusalOf(fault) is { } refusal)
            {
                logger.LogWarning("{Hub}.{Method} was refused: {Reason}", invocationContext.Hub.GetType().Name, invocationContext.HubMethodName, refusal.Message);
            }
            else
            {
                logger.LogError(fault, "{Hub}.{Method} failed", invocationContext.Hub.GetType().Name, invocationContext.HubMethodName);
            }

            throw;
        }
    }
}
