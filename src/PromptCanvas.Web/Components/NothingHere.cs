using Microsoft.AspNetCore.Components;

namespace PromptCanvas.Web.Components;

/// <summary>Sets the HTTP status 404 for a page whose content does not exist or is hidden from the actor. The page shows the text.</summary>
public sealed class NothingHere : ComponentBase
{
    /// <summary>Null once the page is interactive.</summary>
    [CascadingParameter]
    public HttpContext? Context { get; set; }

    protected override void OnInitialized()
    {
        if (Context is { Response.HasStarted: false })
        {
            Context.Response.StatusCode = StatusCodes.Status404NotFound;
        }
    }
}
