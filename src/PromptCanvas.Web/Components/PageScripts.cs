using Microsoft.JSInterop;

namespace PromptCanvas.Web.Components;

/// <summary>Handles of JavaScript objects that components create.</summary>
internal static class PageScripts
{
    /// <summary>Calls the script's cleanup function and disposes the reference; null = nothing to clean up. A disconnected browser is ignored.</summary>
    /// <param name="script">The JavaScript object reference.</param>
    /// <param name="end">Name of the function that removes its listeners.</param>
    public static async ValueTask EndAsync(this IJSObjectReference? script, string end = "stop")
    {
        if (script is null)
        {
            return;
        }

        try
        {
            await script.InvokeVoidAsync(end);
            await script.DisposeAsync();
        }
        catch (JSDisconnectedException)
        {
            // The browser is disconnected, and its page with it.
        }
    }
}
