using Microsoft.JSInterop;

namespace PromptCanvas.Web.Components;

/// <summary>What a component started on the page.</summary>
internal static class PageScripts
{
    /// <summary>Ends it there and lets go of it; null = nothing was started. A browser that is gone has taken it along.</summary>
    /// <param name="script">What the component holds of it.</param>
    /// <param name="end">Its function that takes its listeners away.</param>
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
            // The browser is gone, and everything on the page with it.
        }
    }
}
