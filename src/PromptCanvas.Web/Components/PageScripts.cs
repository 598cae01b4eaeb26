using Microsoft.JSInterop;

namespace PromptCanvas.Web.Components;

/// <summary>Loads the scripts of components and disposes of the objects they opened. A component may be disposed while the browser still answers.</summary>
internal static class PageScripts
{
    /// <param name="js">The page's browser.</param>
    /// <param name="module">Address of the script, such as <c>./js/wall.js</c>.</param>
    /// <param name="gone">Cancelled when the component is disposed.</param>
    /// <exception cref="OperationCanceledException">The component is disposed; the renderer ignores the exception.</exception>
    public static async Task<IJSObjectReference> ImportAsync(this IJSRuntime js, string module, CancellationToken gone)
    {
        var script = await js.InvokeAsync<IJSObjectReference>("import", gone, module);

        // The arguments of the next call, such as a reference to the component, may be disposed already.
        gone.ThrowIfCancellationRequested();
        return script;
    }

    /// <summary>Calls a function of a script that returns an object. If the component is disposed meanwhile, the object is cleaned up.</summary>
    /// <param name="script">The script.</param>
    /// <param name="function">Name of the function.</param>
    /// <param name="arguments">Arguments of the function.</param>
    /// <param name="gone">Cancelled when the component is disposed.</param>
    /// <exception cref="OperationCanceledException">The component is disposed; the renderer ignores the exception.</exception>
    public static async Task<IJSObjectReference> OpenAsync(this IJSObjectReference script, string function, object?[] arguments, CancellationToken gone)
    {
        // Without the token: a late answer is an object with listeners, which must be cleaned up.
        var opened = await script.InvokeAsync<IJSObjectReference>(function, arguments);
        if (gone.IsCancellationRequested)
        {
            await opened.EndAsync();
            throw new OperationCanceledException(gone);
        }

        return opened;
    }

    /// <summary>Calls the script's cleanup function and disposes the reference; null = nothing to clean up. A disconnected browser is ignored.</summary>
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
            // The browser is disconnected or did not answer, or the reference's circuit has ended: the listeners are gone with the page.
        }
    }
}
