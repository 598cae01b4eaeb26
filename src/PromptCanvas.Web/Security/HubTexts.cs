using Microsoft.AspNetCore.SignalR;
using PromptCanvas.Generation.Results;
using PromptCanvas.Web.Resources;

namespace PromptCanvas.Web.Security;

/// <summary>Refuses hub calls with an argument that is invalid text, on either protocol.</summary>
internal sealed class HubTexts : IHubFilter
{
    public ValueTask<object?> InvokeMethodAsync(HubInvocationContext invocationContext, Func<HubInvocationContext, ValueTask<object?>> next) =>
        invocationContext.HubMethodArguments.OfType<string>().Select(text => TextChecks.Check("argument", text)).FirstOrDefault(check => check.Refusal is not null).Refusal is { } refusal
            ? throw new HubException(MessageTexts.Say(refusal.Message))
            : next(invocationContext);
}
