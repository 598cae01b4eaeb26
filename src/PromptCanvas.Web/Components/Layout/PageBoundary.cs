using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;
using Microsoft.AspNetCore.Components.Web;
using PromptCanvas.Web.Results;

namespace PromptCanvas.Web.Components.Layout;

/// <summary>Shows a notice in place of a page that failed, and answers with the status of the failure as long as nothing has been sent.</summary>
public sealed class PageBoundary : ErrorBoundary
{
    private int errors;
    private int answered;

    /// <summary>Null once the page is interactive.</summary>
    [CascadingParameter]
    public HttpContext? Context { get; set; }

    [Inject]
    internal PageStatus Status { get; set; } = null!;

    protected override Task OnErrorAsync(Exception exception)
    {
        errors++;
        if (Context is { Response.HasStarted: false } context && !Status.TryWrite(context, exception))
        {
            context.Response.StatusCode = StatusCodes.Status500InternalServerError;
        }

        return base.OnErrorAsync(exception);
    }

    // The renderer empties a boundary on each error, and the boundary then renders its notice, but not while it waits to render: when two parts of a
    // page fail in one batch, the second emptying comes last and leaves nothing.
    protected override void BuildRenderTree(RenderTreeBuilder builder)
    {
        base.BuildRenderTree(builder);
        var isEmptiedAfterwards = errors > answered + 1;
        answered = errors;
        if (isEmptiedAfterwards)
        {
            StateHasChanged();
        }
    }
}
