using Microsoft.AspNetCore.Components;

namespace PromptCanvas.Web.Components;

/// <summary>A component that is told of changes from outside the page: it answers on the page's own thread, and no longer once it is gone.</summary>
public abstract class LiveComponent : ComponentBase, IAsyncDisposable
{
    private readonly CancellationTokenSource gone = new();

    /// <summary>Set once the person has left.</summary>
    protected CancellationToken Gone { get; private set; }

    public async ValueTask DisposeAsync()
    {
        await gone.CancelAsync();
        await DisposeCoreAsync();
        gone.Dispose();
        GC.SuppressFinalize(this);
    }

    protected override void OnInitialized() => Gone = gone.Token;

    /// <summary>Does something on the page's thread; what goes wrong there shows where every fault of the page shows.</summary>
    protected void Post(Func<Task> work) => _ = InvokeAsync(() => GuardedAsync(work));

    protected virtual ValueTask DisposeCoreAsync() => ValueTask.CompletedTask;

    private async Task GuardedAsync(Func<Task> work)
    {
        if (Gone.IsCancellationRequested)
        {
            return;
        }

        var task = work();
        await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        if (task.Exception is { } fault && !Gone.IsCancellationRequested)
        {
            await DispatchExceptionAsync(fault.GetBaseException());
        }
    }
}
