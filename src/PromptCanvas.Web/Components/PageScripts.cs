using Microsoft.JSInterop;

namespace PromptCanvas.Web.Components;

/// <summary>Loads the scripts of components, and ends what they opened. A component may go while the browser still answers.</summary>
internal static class PageScripts
{
    /// <param name="js">The page's browser.</param>
    /// <param name="module">Address of the script, such as <c>./js/wall.js</c>.</param>
    /// <param name="gone">Cancelled when the component is disposed.</param>
    /// <exception cref="OperationCanceledException">The component has gone; the renderer ignores it.</exception>
    public static async Task<IJSObjectReference> ImportAsync(this IJSRuntime js, string module, CancellationToken gone)
    {
        var script = await js.InvokeAsync<IJSObjectReference>("import", gone, module);

        // The arguments of the next call, such as a reference to the component, may be disposed already.
        gone.ThrowIfCancellationRequested();
        return script;
    }

    /// <summary>Calls a function of a script that returns an object. If the component goes meanwhile, the object is ended.</summary>
    /// <param name="script">The script.</param>
    /// <param name="function">Name of the function.</param>
    /// <param name="arguments">Arguments of the function.</param>
    /// <param name="gone">Cancelled when the component is disposed.</param>
    /// <exception cref="OperationCanceledException">The component has gone; the renderer ignores it.</exception>
    public static async Task<IJSObjectReference> OpenAsync(this IJSObjectReference script, string function, object?[] arguments, CancellationToken gone)
    {
        // Without the token: an answer that comes too late is an object with listeners, and must be ended.
        var opened = await script.InvokeAsync<IJSObjectReference>(function, arguments);
        if (gone.IsCancellationRequested)
        {
            await opened.EndAsync();
            throw new OperationCanceledException(gone);
        }

        return opened;
    }

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
