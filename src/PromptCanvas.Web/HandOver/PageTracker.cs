using Microsoft.AspNetCore.Components.Server.Circuits;
using Microsoft.JSInterop;

namespace PromptCanvas.Web.HandOver;

/// <summary>Records the page of a circuit while it is connected.</summary>
internal sealed class PageTracker(OpenPages pages, IJSRuntime browser) : CircuitHandler
{
    public override Task OnConnectionUpAsync(Circuit circuit, CancellationToken cancellationToken)
    {
        pages.Add(circuit.Id, browser);
        return Task.CompletedTask;
    }

    public override Task OnConnectionDownAsync(Circuit circuit, CancellationToken cancellationToken)
    {
        pages.Remove(circuit.Id);
        return Task.CompletedTask;
    }
}
