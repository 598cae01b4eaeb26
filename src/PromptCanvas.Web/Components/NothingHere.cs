using Microsoft.AspNetCore.Components;

namespace PromptCanvas.Web.Components;

/// <summary>Beside the words that say so: what was asked for is not there, or nothing that whoever asks may know of. Over HTTP that is a 404.</summary>
public sealed class NothingHere : ComponentBase
{
    /// <summary>Null once the page is live.</summary>
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
