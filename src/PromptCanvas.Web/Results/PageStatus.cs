namespace PromptCanvas.Web.Results;

/// <summary>Sets the status of a page that failed.</summary>
internal sealed class PageStatus(StoreFaults stores, RetrySpread retries)
{
    /// <summary>507 or 503 if a store cannot be used now; otherwise the status stays as it is.</summary>
    /// <returns>Whether a store cannot be used.</returns>
    public bool TryWrite(HttpContext context, Exception fault)
    {
        if (stores.RefusalOf(fault) is not { } away)
        {
            return false;
        }

        if (away is StorageFull)
        {
            context.Response.StatusCode = StatusCodes.Status507InsufficientStorage;
            return true;
        }

        context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        retries.Write(context, away.GetType().Name, RefusalProblems.Soon);
        return true;
    }
}
