using Microsoft.JSInterop;

namespace PromptCanvas.Web.Components;

/// <summary>Handles of JavaScript objects that components create.</summary>
internal static class PageScripts
{
    /// <summary>Calls the script's cleanup function and disposes the reference; null = nothing to clean up. A browser that has gone is ignored.</summary>
    /// <param name="script">The JavaScript object reference.</param>
    /// <param name="end">Name of the function that removes its listeners; null = it has none.</param>
    public static async ValueTask EndAsync(this IJSObjectReference? script, string? end = "stop")
    {
        if (script is null)
        {
            return;
        }

        try
        {
            if (end is not null)
            {
                await script.InvokeVoidAsync(end);
            }

            await script.DisposeAsync();
        }
        catch (Exception fault) when (fault is JSDisconnectedException or OperationCanceledException or ObjectDisposedException)
        {
            // The browser is disconnected or did not answer, or the circuit that the reference belongs to has ended: the listeners have gone with the page.
        }
    }
}
