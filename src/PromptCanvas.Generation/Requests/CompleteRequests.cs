namespace PromptCanvas.Generation.Requests;

/// <summary>Fills requests in with what they only name, drafts and styles, and checks them.</summary>
internal sealed class CompleteRequests(DraftRequests drafts, StyleRequests styles, RequestChecks checks)
{
    public async Task<Result<CheckedJob>> CheckAsync(NewJob job, CancellationToken cancellationToken)
    {
        if (!(await drafts.CompleteAsync(job, cancellationToken)).TryGet(out var whole, out var refusal))
        {
            return refusal;
        }

        return (await styles.CompleteAsync(whole, cancellationToken)).TryGet(out var styled, out var noStyle) ? await checks.CheckAsync(styled, cancellationToken) : noStyle;
    }
}
