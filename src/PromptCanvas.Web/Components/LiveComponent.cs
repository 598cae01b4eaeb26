using System.Globalization;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace PromptCanvas.Web.Components;

/// <summary>A component that receives changes from outside the page. It handles them on the renderer's dispatcher, in the language of the page, and ignores them after disposal.</summary>
public abstract class LiveComponent : ComponentBase, IAsyncDisposable
{
    private readonly CancellationTokenSource gone = new();

    // Changes come from other threads, whose culture is not the page's.
    private readonly CultureInfo culture = CultureInfo.CurrentCulture;
    private readonly CultureInfo language = CultureInfo.CurrentUICulture;

    protected LiveComponent() => Gone = gone.Token;

    /// <summary>Cancelled when the component is disposed.</summary>
    protected CancellationToken Gone { get; }

    public async ValueTask DisposeAsync()
    {
        await gone.CancelAsync();
        await DisposeCoreAsync();
        gone.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Runs an action on the renderer's dispatcher; exceptions go to the page's error boundary, later ones to the host's record of unobserved faults.</summary>
    protected void Post(Func<Task> work) => _ = InvokeAsync(() => GuardedAsync(work));

    /// <summary>The same for a synchronous action.</summary>
    protected void Post(Action change) => Post(() =>
    {
        change();
        return Task.CompletedTask;
    });

    /// <summary>Runs an action after each interval and draws the component again, until it is disposed. Call it after the first render.</summary>
    protected void Every(TimeSpan interval, TimeProvider clock, Func<Task> look) => Post(async () =>
    {
        using var timer = new PeriodicTimer(interval, clock);
        while (await timer.WaitForNextTickAsync(Gone))
        {
            await look();
            StateHasChanged();
        }
    });

    protected virtual ValueTask DisposeCoreAsync() => ValueTask.CompletedTask;

    private async Task GuardedAsync(Func<Task> work)
    {
        if (Gone.IsCancellationRequested)
        {
            return;
        }

        (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture) = (culture, language);
        try
        {
            await work();
        }
        catch (Exception fault) when (Gone.IsCancellationRequested && (fault is OperationCanceledException or ObjectDisposedException or JSDisconnectedException))
        {
            // The page is gone, and the objects that the work used are disposed.
        }
        catch (Exception fault) when (!Gone.IsCancellationRequested)
        {
            await DispatchExceptionAsync(fault);
        }
    }
}
